// SPDX-License-Identifier: BSD-3-Clause
#include "argyrodite/active_set.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>

namespace argyrodite {
namespace {

constexpr int maximum_parameters = 20000;
constexpr double inverse_tolerance = 1.0e-6;

[[noreturn]] void fail(const std::string &what) { throw PotentialError("active set: " + what); }

/// The header, line by line, then the numbers.
class Reader {
 public:
  explicit Reader(std::string_view data) : rest_(data) {}

  std::string_view line() {
    const std::size_t end = rest_.substr(0, 200).find('\n');
    if (end == std::string_view::npos) fail("the header is truncated or not text");
    const std::string_view found = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    return found;
  }
  std::string_view value(const std::string &key) {
    const std::string_view found = line();
    const std::string start = key + " = ";
    if (found.substr(0, start.size()) != start) fail("'" + start + "...' is expected in its place in the header");
    return found.substr(start.size());
  }
  int integer(const std::string &key, int lowest, int highest) {
    const std::string_view text = value(key);
    int number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size() || number < lowest || number > highest)
      fail(key + " must be an integer from " + std::to_string(lowest) + " to " + std::to_string(highest));
    return number;
  }
  template <class T>
  std::vector<T> array(std::size_t count) {
    std::vector<T> values(count);
    if (count > 0) std::memcpy(values.data(), rest_.data(), count * sizeof(T));
    rest_.remove_prefix(count * sizeof(T));
    return values;
  }
  std::vector<double> numbers(std::size_t count, const char *name) {
    std::vector<double> values = array<double>(count);
    for (const double value : values)
      if (!std::isfinite(value)) fail(std::string(name) + " holds a number that is not finite");
    return values;
  }
  std::size_t left() const { return rest_.size(); }

 private:
  std::string_view rest_;
};

bool is_identity(std::string_view text) {
  return text.size() == 16 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

/// Whether rows * (inverse * v) = v for a vector without symmetries.
bool is_inverse(const std::vector<double> &rows, const std::vector<double> &inverse, int size) {
  std::vector<double> v(size), w(size, 0.0);
  for (int i = 0; i < size; ++i) v[i] = 1.0 + std::fmod(0.618034 * (i + 1), 1.0);
  for (int i = 0; i < size; ++i)
    for (int j = 0; j < size; ++j) w[i] += inverse[static_cast<std::size_t>(i) * size + j] * v[j];
  double largest = 0.0;
  for (int i = 0; i < size; ++i) {
    double sum = -v[i], scale = std::abs(v[i]);
    for (int j = 0; j < size; ++j) {
      const double term = rows[static_cast<std::size_t>(i) * size + j] * w[j];
      sum += term;
      scale = std::max(scale, std::abs(term));
    }
    largest = std::max(largest, std::abs(sum) / scale);
  }
  return largest < inverse_tolerance;  // false for NaN
}

}  // namespace

ActiveSet parse_active_set(std::string_view data) {
  Reader in(data);
  if (in.line() != "MTP active set") fail("the first line must be 'MTP active set'");
  in.integer("version", 1, 1);
  ActiveSet set;
  set.potential_id = in.value("potential_id");
  if (!is_identity(set.potential_id)) fail("potential_id must be 16 hexadecimal digits");
  const std::string_view mode = in.value("mode");
  if (mode != "neighbourhood" && mode != "configuration")
    fail("mode must be 'neighbourhood' or 'configuration'");
  set.per_atom = mode == "neighbourhood";
  set.parameters = in.integer("parameters", 1, maximum_parameters);
  const int selected = in.integer("selected", 0, set.parameters);
  if (in.line() != "data") fail("'data' is expected after the header");
  const std::size_t size = set.parameters, expected = 8 * (size + 2 * size * size + 2 * selected);
  if (in.left() != expected)
    fail(std::to_string(in.left()) + " bytes follow the header where " + std::to_string(expected) +
         " are needed for " + std::to_string(size) + " parameters");
  set.scale = in.numbers(size, "scale");
  if (*std::min_element(set.scale.begin(), set.scale.end()) <= 0.0) fail("scale must be positive");
  set.rows = in.numbers(size * size, "rows");
  set.inverse = in.numbers(size * size, "inverse");
  set.members = in.array<std::int64_t>(2 * static_cast<std::size_t>(selected));
  if (!is_inverse(set.rows, set.inverse, set.parameters)) fail("inverse is not the inverse of rows");
  return set;
}

std::string format_active_set(const ActiveSet &set) {
  std::string out = "MTP active set\nversion = 1\npotential_id = " + set.potential_id + "\nmode = ";
  out += set.per_atom ? "neighbourhood" : "configuration";
  out += "\nparameters = " + std::to_string(set.parameters);
  out += "\nselected = " + std::to_string(set.members.size() / 2) + "\ndata\n";
  const auto append = [&](const auto &values) {
    out.append(reinterpret_cast<const char *>(values.data()), 8 * values.size());
  };
  append(set.scale);
  append(set.rows);
  append(set.inverse);
  append(set.members);
  return out;
}

Grader::Grader(const Model &model, const ActiveSet &set)
    : model_(&model), per_atom_(set.per_atom), parameters_(set.parameters),
      columns_((set.parameters + grade_tile - 1) / grade_tile * grade_tile) {
  const Tables &t = model.tables();
  const int parameters = static_cast<int>(model.potential().parameter_count());
  if (parameters != parameters_)
    throw PotentialError("the active set has " + std::to_string(parameters_) + " parameters, the potential " +
                         std::to_string(parameters));
  radial_rows_ = t.species * t.mus * t.ks;
  rows_ = radial_rows_ + t.scalars + 1;  // the last is that of the species coefficient: one
  const auto coefficient = [&](int parameter, int column) {
    return set.inverse[static_cast<std::size_t>(parameter) * parameters_ + column] / set.scale[parameter];
  };
  if (!per_atom_) {
    coefficients_.resize(set.inverse.size());
    for (int p = 0; p < parameters_; ++p)
      for (int c = 0; c < parameters_; ++c)
        coefficients_[static_cast<std::size_t>(p) * parameters_ + c] = coefficient(p, c);
    return;
  }
  for (int centre = 0; centre < t.species; ++centre) {
    tiles_.emplace_back(static_cast<std::size_t>(columns_) * rows_);
    for (int c = 0; c < parameters_; ++c)
      for (int row = 0; row < rows_; ++row) {
        const int parameter = row < radial_rows_ ? centre * radial_rows_ + row
                              : row < rows_ - 1  ? t.species * (radial_rows_ + 1) + row - radial_rows_
                                                 : t.species * radial_rows_ + centre;
        const std::size_t tile = c / grade_tile, at = c % grade_tile;
        tiles_.back().data()[(tile * rows_ + row) * grade_tile + at] = coefficient(parameter, c);
      }
  }
}

std::size_t Grader::feature_size() const {
  return static_cast<std::size_t>(rows_) * model_->kernel().width;
}

void Grader::fill_features(const Block &block, double *work, double *features) const {
  const int width = model_->kernel().width;
  double *linear = features + static_cast<std::size_t>(radial_rows_) * width;
  model_->kernel().features(model_->tables(), block, work, features, linear);
  std::fill_n(features + static_cast<std::size_t>(rows_ - 1) * width, width, 1.0);
}

void Grader::grade(const Block &block, double *work, double *features, double *grades) const {
  fill_features(block, work, features);
  model_->kernel().grade(features, rows_, tiles_[block.centre].data(), columns_, grades);
}

void Grader::add_features(const Block &block, double *work, double *features, double *sum) const {
  fill_features(block, work, features);
  const Tables &t = model_->tables();
  const int width = model_->kernel().width;
  for (int row = 0; row < rows_ - 1; ++row) {
    const double *lanes = features + static_cast<std::size_t>(row) * width;
    double *to = row < radial_rows_ ? sum + block.centre * radial_rows_ + row
                                    : sum + t.species * (radial_rows_ + 1) + row - radial_rows_;
    for (int lane = 0; lane < block.lanes; ++lane) *to += lanes[lane];
  }
  sum[t.species * radial_rows_ + block.centre] += block.lanes;
}

double Grader::grade_of(const double *sum) const {
  std::vector<double> combination(parameters_, 0.0);
  const double *row = coefficients_.data();
  for (int p = 0; p < parameters_; ++p, row += parameters_)
    for (int c = 0; c < parameters_; ++c) combination[c] += sum[p] * row[c];
  double largest = 0.0;
  for (const double value : combination)
    largest = std::abs(value) <= largest ? largest : std::abs(value);  // NaN passes through
  return largest;
}

std::size_t Grader::memory_bytes() const {
  std::size_t doubles = coefficients_.capacity();
  for (const AlignedBuffer &tiles : tiles_) doubles += tiles.size();
  return doubles * sizeof(double);
}

}  // namespace argyrodite
