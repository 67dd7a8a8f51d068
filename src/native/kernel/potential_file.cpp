// SPDX-License-Identifier: BSD-3-Clause
// Reading and writing of potential files. The input is not trusted: every size is checked against
// what the text could hold before memory is taken.
#include "argyrodite/potential.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <set>

namespace argyrodite {
namespace {

constexpr std::size_t maximum_file_bytes = std::size_t{1} << 30;
constexpr int maximum_species = 118;
constexpr int maximum_radial = 256;
constexpr int maximum_table = 50'000'000;
constexpr int maximum_degree = 32;             // of a monomial x^a y^b z^c; level 28 needs 12
constexpr long maximum_basic_moments = 65'536;  // of the kernel; level 28 needs 1,036

[[noreturn]] void fail(const std::string &message) { throw PotentialError(message); }

/// The first bytes of a text, never part of a character in UTF-8.
std::string clip(std::string_view text, std::size_t size = 40) {
  if (text.size() <= size) return std::string(text);
  while (size > 0 && (text[size] & 0xC0) == 0x80) --size;
  return std::string(text.substr(0, size));
}

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  bool at_end() {
    skip_space();
    return position_ >= text_.size();
  }

  std::string_view word() {
    skip_space();
    const std::size_t start = position_;
    while (position_ < text_.size() && !is_space(text_[position_]) && text_[position_] != '=' &&
           text_[position_] != '{' && text_[position_] != '}' && text_[position_] != ',')
      ++position_;
    return text_.substr(start, position_ - start);
  }

  bool accept(char c) {
    skip_space();
    if (position_ >= text_.size() || text_[position_] != c) return false;
    ++position_;
    return true;
  }

  void expect(char c, const char *where) {
    if (!accept(c))
      fail(std::string("potential file is truncated or malformed: expected '") + c + "' in " + where);
  }

  std::string rest_of_line() {
    std::size_t end = text_.find('\n', position_);
    if (end == std::string_view::npos) end = text_.size();
    std::string_view line = text_.substr(position_, end - position_);
    position_ = end;
    while (!line.empty() && is_space(line.front())) line.remove_prefix(1);
    std::string kept = clip(line, 1024);
    while (!kept.empty() && is_space(kept.back())) kept.pop_back();
    return kept;
  }

  double number(const char *where) {
    std::string_view token = word();
    if (!token.empty() && token.front() == '+') token.remove_prefix(1);
    double value = 0.0;
    const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), value);
    if (error != std::errc() || end != token.data() + token.size())
      fail("potential file: '" + clip(token) + "' in " + where + " is not a number");
    if (!std::isfinite(value))
      fail("potential file: " + std::string(where) + " contains " + clip(token) +
           ", which is not finite");
    return value;
  }

  int integer(const char *where, int low, int high) {
    const std::string_view token = word();
    long long value = 0;
    const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), value);
    if (error != std::errc() || end != token.data() + token.size())
      fail("potential file: '" + clip(token) + "' in " + where + " is not an integer");
    if (value < low || value > high)
      fail("potential file: " + std::string(where) + " = " + clip(token) + " is outside " +
           std::to_string(low) + " to " + std::to_string(high));
    return static_cast<int>(value);
  }

  std::vector<double> numbers(const char *where) {
    std::vector<double> values;
    expect('{', where);
    if (accept('}')) return values;
    do values.push_back(number(where));
    while (accept(','));
    expect('}', where);
    return values;
  }

  std::vector<std::array<int, 4>> quadruples(const char *where) {
    std::vector<std::array<int, 4>> rows;
    expect('{', where);
    if (accept('}')) return rows;
    do {
      std::array<int, 4> row{};
      expect('{', where);
      for (int column = 0; column < 4; ++column) {
        if (column > 0) expect(',', where);
        row[column] = integer(where, -maximum_table, maximum_table);
      }
      expect('}', where);
      rows.push_back(row);
    } while (accept(','));
    expect('}', where);
    return rows;
  }

 private:
  static bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
  void skip_space() {
    while (position_ < text_.size() && is_space(text_[position_])) ++position_;
  }

  std::string_view text_;
  std::size_t position_ = 0;
};

std::vector<double> read_radial(Reader &in, const Potential &p) {
  if (p.species_count == 0 || p.radial_funcs_count == 0 || p.radial_basis_size == 0)
    fail("potential file: radial_coeffs stands before species_count, radial_funcs_count or "
         "radial_basis_size");
  std::vector<double> radial;
  for (int centre = 0; centre < p.species_count; ++centre)
    for (int neighbour = 0; neighbour < p.species_count; ++neighbour) {
      const std::string expected = std::to_string(centre) + "-" + std::to_string(neighbour);
      const std::string found(in.word());
      if (found != expected)
        fail("potential file: radial_coeffs of species pair " + expected + " are missing, found '" +
             clip(found) + "'");
      for (int mu = 0; mu < p.radial_funcs_count; ++mu) {
        const std::vector<double> row = in.numbers("radial_coeffs");
        if (row.size() != static_cast<std::size_t>(p.radial_basis_size))
          fail("potential file: a row of radial_coeffs " + expected + " has " +
               std::to_string(row.size()) + " numbers, radial_basis_size is " +
               std::to_string(p.radial_basis_size));
        radial.insert(radial.end(), row.begin(), row.end());
      }
    }
  return radial;
}

struct Counts {
  int basic = -1, times = -1, scalars = -1;
};

void check_count(const char *name, int announced, std::size_t found) {
  if (announced < 0) fail(std::string("potential file: ") + name + " is missing");
  if (static_cast<std::size_t>(announced) != found)
    fail(std::string("potential file: ") + name + " = " + std::to_string(announced) + " but " +
         std::to_string(found) + " entries follow");
}

void read_entry(Reader &in, const std::string &key, Potential &p, Counts &counts) {
  if (key == "version") {
    const std::string version(in.word());
    if (version != "1.1.0")
      fail("potential file: version " + clip(version) + " is not supported, only 1.1.0");
  } else if (key == "potential_name") p.name = in.rest_of_line();
  else if (key == "potential_tag") p.tag = in.rest_of_line();
  else if (key == "scaling") p.scaling = in.number("scaling");
  else if (key == "species_count") p.species_count = in.integer("species_count", 1, maximum_species);
  else if (key == "radial_basis_type") {
    const std::string type(in.word());
    if (type != "RBChebyshev")
      fail("potential file: radial_basis_type '" + clip(type) +
           "' is not supported, only RBChebyshev");
  } else if (key == "min_dist" || key == "min_val" || key == "min") p.min_dist = in.number("min_dist");
  else if (key == "max_dist" || key == "max_val" || key == "max") p.max_dist = in.number("max_dist");
  else if (key == "radial_basis_size" || key == "basis_size" || key == "size")
    p.radial_basis_size = in.integer("radial_basis_size", 1, maximum_radial);
  else if (key == "radial_funcs_count")
    p.radial_funcs_count = in.integer("radial_funcs_count", 1, maximum_radial);
  else if (key == "alpha_moments_count")
    p.moments_count = in.integer("alpha_moments_count", 1, maximum_table);
  else if (key == "alpha_index_basic_count")
    counts.basic = in.integer("alpha_index_basic_count", 1, maximum_table);
  else if (key == "alpha_index_basic") p.basic = in.quadruples("alpha_index_basic");
  else if (key == "alpha_index_times_count")
    counts.times = in.integer("alpha_index_times_count", 0, maximum_table);
  else if (key == "alpha_index_times") p.times = in.quadruples("alpha_index_times");
  else if (key == "alpha_scalar_moments")
    counts.scalars = in.integer("alpha_scalar_moments", 1, maximum_table);
  else if (key == "alpha_moment_mapping") {
    in.expect('{', "alpha_moment_mapping");
    do p.scalars.push_back(in.integer("alpha_moment_mapping", 0, maximum_table));
    while (in.accept(','));
    in.expect('}', "alpha_moment_mapping");
  } else if (key == "species_coeffs") p.species = in.numbers("species_coeffs");
  else if (key == "moment_coeffs") p.linear = in.numbers("moment_coeffs");
  else fail("potential file: unknown entry '" + clip(key) + "'");
}

void append_number(std::string &out, double value) {
  char buffer[40];
  std::snprintf(buffer, sizeof buffer, "%.16e", value);
  out += buffer;
}

template <class Range, class Append>
void append_list(std::string &out, const Range &values, Append append) {
  out += '{';
  bool first = true;
  for (const auto &value : values) {
    if (!first) out += ", ";
    first = false;
    append(value);
  }
  out += '}';
}

void append_quadruples(std::string &out, const std::vector<std::array<int, 4>> &rows) {
  append_list(out, rows, [&](const std::array<int, 4> &row) {
    append_list(out, row, [&](int value) { out += std::to_string(value); });
  });
}

void validate_tables(const Potential &p) {
  const int basics = static_cast<int>(p.basic.size());
  if (basics < 1 || basics > p.moments_count ||
      static_cast<std::size_t>(p.moments_count) > p.basic.size() + p.times.size())
    fail("potential: alpha_moments_count = " + std::to_string(p.moments_count) + " does not fit " +
         std::to_string(basics) + " basic moments and " + std::to_string(p.times.size()) +
         " products");
  std::vector<int> degree(p.radial_funcs_count, 0);
  for (const auto &[mu, a, b, c] : p.basic) {
    if (mu < 0 || mu >= p.radial_funcs_count || std::min({a, b, c}) < 0 ||
        std::max({a, b, c}) > maximum_degree || a + b + c > maximum_degree)
      fail("potential: alpha_index_basic holds {" + std::to_string(mu) + ", " + std::to_string(a) +
           ", " + std::to_string(b) + ", " + std::to_string(c) + "}, an index out of range");
    degree[mu] = std::max(degree[mu], a + b + c);
  }
  // the kernel forms all monomials up to the degree of each radial function
  long moments = 0;
  for (const int d : degree) moments += (d + 1L) * (d + 2) * (d + 3) / 6;
  if (moments > maximum_basic_moments)
    fail("potential: the exponents of alpha_index_basic need " + std::to_string(moments) +
         " basic moments, more than " + std::to_string(maximum_basic_moments));
  std::vector<char> used(p.moments_count, 0);
  for (const auto &[i, j, multiplier, k] : p.times) {
    if (i < 0 || j < 0 || k < basics || i >= p.moments_count || j >= p.moments_count ||
        k >= p.moments_count)
      fail("potential: alpha_index_times holds {" + std::to_string(i) + ", " + std::to_string(j) +
           ", " + std::to_string(multiplier) + ", " + std::to_string(k) + "}, an index out of range");
    used[i] = used[j] = 1;
    if (used[k]) fail("potential: alpha_index_times changes moment " + std::to_string(k) +
                      " after its use");
  }
  for (const int scalar : p.scalars)
    if (scalar < 0 || scalar >= p.moments_count)
      fail("potential: alpha_moment_mapping holds " + std::to_string(scalar) + ", out of range");
}

void require_finite(const std::vector<double> &values, const char *name) {
  for (const double value : values)
    if (!std::isfinite(value)) fail(std::string("potential: ") + name + " are not finite");
}

}  // namespace

void Potential::validate() const {
  if (species_count < 1 || radial_funcs_count < 1 || radial_basis_size < 1 || moments_count < 1)
    fail("potential: species_count, radial_funcs_count, radial_basis_size or alpha_moments_count "
         "is missing");
  if (radial_funcs_count * radial_basis_size > maximum_radial_rows)
    fail("potential: radial_funcs_count x radial_basis_size = " +
         std::to_string(radial_funcs_count * radial_basis_size) + " is larger than " +
         std::to_string(maximum_radial_rows));
  if (!(max_dist > 0.0 && max_dist <= 100.0))
    fail("potential: max_dist = " + std::to_string(max_dist) + " must lie between 0 and 100 Å");
  if (!(min_dist >= 0.0 && min_dist < max_dist))
    fail("potential: min_dist = " + std::to_string(min_dist) + " must lie between 0 and max_dist");
  if (!std::isfinite(scaling) || scaling == 0.0) fail("potential: scaling must be finite, not zero");
  const std::size_t expected = static_cast<std::size_t>(species_count) * species_count *
                               radial_funcs_count * radial_basis_size;
  if (radial.size() != expected)
    fail("potential: " + std::to_string(radial.size()) + " radial coefficients where " +
         std::to_string(expected) + " are needed");
  if (species.size() != static_cast<std::size_t>(species_count))
    fail("potential: species_coeffs holds " + std::to_string(species.size()) +
         " numbers for species_count = " + std::to_string(species_count));
  if (linear.size() != scalars.size())
    fail("potential: moment_coeffs holds " + std::to_string(linear.size()) + " numbers for " +
         std::to_string(scalars.size()) + " scalar moments");
  require_finite(radial, "radial_coeffs");
  require_finite(species, "species_coeffs");
  require_finite(linear, "moment_coeffs");
  validate_tables(*this);
}

Potential parse_potential(std::string_view text) {
  if (text.size() > maximum_file_bytes) fail("potential file is larger than 1 GiB");
  if (const std::size_t binary = text.find("#MVS"); binary != std::string_view::npos)
    text = text.substr(0, binary);
  Reader in(text);
  if (in.word() != "MTP") fail("not a moment tensor potential: the first word must be MTP");
  Potential p;
  Counts counts;
  std::set<std::string> seen;
  while (!in.at_end()) {
    const std::string key(in.word());
    if (key.empty()) fail("potential file is malformed: a name was expected");
    if (!seen.insert(key).second) fail("potential file: '" + clip(key) + "' occurs twice");
    if (key == "radial_coeffs") {
      p.radial = read_radial(in, p);
      continue;
    }
    if (key == "magnetic_basis_type")
      fail("potential file: magnetic moment tensor potentials are not supported");
    in.expect('=', clip(key).c_str());
    read_entry(in, key, p, counts);
  }
  if (!seen.count("moment_coeffs") || !seen.count("radial_coeffs") || !seen.count("species_coeffs"))
    fail("potential file is truncated or untrained: radial_coeffs, species_coeffs or "
         "moment_coeffs is missing");
  check_count("alpha_index_basic_count", counts.basic, p.basic.size());
  check_count("alpha_index_times_count", counts.times, p.times.size());
  check_count("alpha_scalar_moments", counts.scalars, p.scalars.size());
  p.validate();
  return p;
}

Potential read_potential(const std::string &path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) fail("cannot open potential file " + path);
  file.seekg(0, std::ios::end);
  const auto size = file.tellg();
  if (size < 0 || static_cast<std::size_t>(size) > maximum_file_bytes)
    fail("potential file " + path + " is not a regular file of at most 1 GiB");
  file.seekg(0);
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  try {
    return parse_potential(text);
  } catch (const PotentialError &error) {
    fail(path + ": " + error.what());
  }
}

std::string format_potential(const Potential &p) {
  std::string out = "MTP\nversion = 1.1.0\npotential_name = " + p.name + "\nscaling = ";
  append_number(out, p.scaling);
  out += "\nspecies_count = " + std::to_string(p.species_count) + "\npotential_tag = " + p.tag;
  out += "\nradial_basis_type = RBChebyshev\n\tmin_dist = ";
  append_number(out, p.min_dist);
  out += "\n\tmax_dist = ";
  append_number(out, p.max_dist);
  out += "\n\tradial_basis_size = " + std::to_string(p.radial_basis_size);
  out += "\n\tradial_funcs_count = " + std::to_string(p.radial_funcs_count) + "\n\tradial_coeffs\n";
  const auto number = [&](double value) { append_number(out, value); };
  for (int centre = 0; centre < p.species_count; ++centre)
    for (int neighbour = 0; neighbour < p.species_count; ++neighbour) {
      out += "\t\t" + std::to_string(centre) + "-" + std::to_string(neighbour) + "\n";
      for (int mu = 0; mu < p.radial_funcs_count; ++mu) {
        const double *row = &p.radial[p.radial_index(centre, neighbour, mu, 0)];
        out += "\t\t\t";
        append_list(out, std::vector<double>(row, row + p.radial_basis_size), number);
        out += "\n";
      }
    }
  out += "alpha_moments_count = " + std::to_string(p.moments_count);
  out += "\nalpha_index_basic_count = " + std::to_string(p.basic.size()) + "\nalpha_index_basic = ";
  append_quadruples(out, p.basic);
  out += "\nalpha_index_times_count = " + std::to_string(p.times.size()) + "\nalpha_index_times = ";
  append_quadruples(out, p.times);
  out += "\nalpha_scalar_moments = " + std::to_string(p.scalars.size()) + "\nalpha_moment_mapping = ";
  append_list(out, p.scalars, [&](int value) { out += std::to_string(value); });
  out += "\nspecies_coeffs = ";
  append_list(out, p.species, number);
  out += "\nmoment_coeffs = ";
  append_list(out, p.linear, number);
  out += "\n";
  return out;
}

}  // namespace argyrodite
