// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <map>
#include <utility>

#include "argyrodite/kernel.hpp"

namespace argyrodite {
namespace {

using Exponents = std::array<int, 3>;

/// Exponents of all monomials up to a degree, in the kernel's order.
std::vector<Exponents> monomial_order(int degree) {
  std::vector<Exponents> order{{0, 0, 0}};
  std::size_t previous = 0;
  for (int d = 1; d <= degree; ++d) {
    const std::size_t begin = order.size();
    for (std::size_t q = previous; q < begin; ++q)
      order.push_back({order[q][0] + 1, order[q][1], order[q][2]});
    for (std::size_t q = begin - d; q < begin; ++q)
      order.push_back({0, order[q][1] + 1, order[q][2]});
    order.push_back({0, 0, d});
    previous = begin;
  }
  return order;
}

/// Moments that are not basic: first those that products use, in the order in which they are complete.
std::vector<int> product_order(const Potential &p) {
  const int basics = static_cast<int>(p.basic.size());
  std::vector<int> completed(p.moments_count, -1), order;
  std::vector<char> used(p.moments_count, 0);
  for (std::size_t k = 0; k < p.times.size(); ++k) {
    completed[p.times[k][3]] = static_cast<int>(k);
    used[p.times[k][0]] = used[p.times[k][1]] = 1;
  }
  for (int m = basics; m < p.moments_count; ++m) order.push_back(m);
  std::stable_sort(order.begin(), order.end(), [&](int a, int b) {
    return used[a] != used[b] ? used[a] > used[b] : completed[a] < completed[b];
  });
  return order;
}

int monomial_count(int degree) { return (degree + 1) * (degree + 2) * (degree + 3) / 6; }

}  // namespace

Model::Model(Potential potential, const Kernel &kernel)
    : potential_(std::move(potential)), kernel_(&kernel) {
  potential_.validate();
  build_structure();
  build_contraction();
  fill_coefficients();
}

void Model::build_structure() {
  const Potential &p = potential_;
  std::vector<int> degree(p.radial_funcs_count, 0);
  for (const auto &[mu, a, b, c] : p.basic) degree[mu] = std::max(degree[mu], a + b + c);
  const int highest = *std::max_element(degree.begin(), degree.end());
  std::vector<int> begin{0};
  for (const int d : degree) begin.push_back(begin.back() + monomial_count(d));
  const std::vector<Exponents> order = monomial_order(highest);
  std::map<Exponents, int> monomial;
  for (std::size_t q = 0; q < order.size(); ++q) monomial[order[q]] = static_cast<int>(q);

  // moments of the file -> moments of the kernel: basics in its order, then the products
  const int basics = static_cast<int>(p.basic.size());
  std::vector<int> moment(p.moments_count);
  for (int m = 0; m < basics; ++m)
    moment[m] = begin[p.basic[m][0]] + monomial[{p.basic[m][1], p.basic[m][2], p.basic[m][3]}];
  const std::vector<int> products = product_order(p);
  for (std::size_t k = 0; k < products.size(); ++k)
    moment[products[k]] = begin.back() + static_cast<int>(k);
  std::vector<int> left, right, target, scalars;
  for (const auto &[i, j, multiplier, k] : p.times) {
    left.push_back(moment[i]);
    right.push_back(moment[j]);
    target.push_back(moment[k]);
    factors_.push_back(multiplier);
  }
  for (const int scalar : p.scalars) scalars.push_back(moment[scalar]);
  const std::vector<const std::vector<int> *> parts{&scalars, &begin, &left, &right, &target};
  std::vector<std::size_t> offsets;
  for (const auto *part : parts) {
    offsets.push_back(integers_.size());
    integers_.insert(integers_.end(), part->begin(), part->end());
  }
  const int **fields[] = {&tables_.scalar_moment, &tables_.basic_begin, &tables_.product_left,
                          &tables_.product_right, &tables_.product_target};
  for (std::size_t part = 0; part < parts.size(); ++part)
    *fields[part] = integers_.data() + offsets[part];

  const int lookup = kernel_->width;
  tables_.species = p.species_count;
  tables_.mus = p.radial_funcs_count;
  tables_.ks = p.radial_basis_size;
  tables_.moments = begin.back() + p.moments_count - basics;
  tables_.basics = begin.back();
  tables_.degree = highest;
  tables_.products = static_cast<int>(p.times.size());
  tables_.scalars = static_cast<int>(p.scalars.size());
  tables_.monomials = monomial_count(highest);
  tables_.species_stride = (p.species_count + lookup - 1) / lookup * lookup;
  tables_.cutoff = p.max_dist;
  tables_.scaling = p.scaling;
  tables_.xi_slope = 2.0 / (p.max_dist - p.min_dist);
  tables_.xi_offset = -(p.max_dist + p.min_dist) / (p.max_dist - p.min_dist);
  tables_.product_factor = factors_.data();
}

void Model::build_contraction() {
  const Tables &t = tables_;
  Contraction &c = tables_.contraction;
  c.kept = t.basics;
  for (int k = 0; k < t.products; ++k)
    c.kept = std::max({c.kept, t.product_left[k] + 1, t.product_right[k] + 1});
  using Term = Contraction::Term;
  std::vector<std::vector<Term>> forward(c.kept - t.basics), reverse(c.kept);
  std::vector<std::vector<Contraction::QuadraticTerm>> quadratic(c.kept);
  for (int k = 0; k < t.products; ++k) {
    const int left = t.product_left[k], right = t.product_right[k], target = t.product_target[k];
    if (target >= c.kept) {
      quadratic[left].push_back({right, k});
      quadratic[right].push_back({left, k});
      continue;
    }
    const double factor = t.product_factor[k];
    forward[target - t.basics].push_back({left, right, factor});
    reverse[left].push_back({right, target, factor});
    reverse[right].push_back({left, target, factor});
  }
  std::vector<std::size_t> offsets;
  const auto flatten = [&](const auto &lists, auto &flat) {
    offsets.push_back(contraction_integers_.size());
    for (const auto &list : lists) {
      contraction_integers_.push_back(static_cast<int>(flat.size()));
      flat.insert(flat.end(), list.begin(), list.end());
    }
    contraction_integers_.push_back(static_cast<int>(flat.size()));
  };
  flatten(forward, forward_);
  flatten(reverse, reverse_);
  flatten(quadratic, quadratic_terms_);
  const int **begins[] = {&c.forward_begin, &c.reverse_begin, &c.quadratic_begin};
  for (int part = 0; part < 3; ++part) *begins[part] = contraction_integers_.data() + offsets[part];
  c.forward = forward_.data();
  c.reverse = reverse_.data();
  c.quadratic = quadratic_terms_.data();
}

void Model::fill_coefficients() {
  const Potential &p = potential_;
  const std::size_t stride = tables_.species_stride;
  radial_.assign(p.species_count * p.radial_funcs_count * p.radial_basis_size * stride, 0.0);
  std::size_t position = 0;
  for (int centre = 0; centre < p.species_count; ++centre)
    for (int mu = 0; mu < p.radial_funcs_count; ++mu)
      for (int k = 0; k < p.radial_basis_size; ++k, position += stride)
        for (int neighbour = 0; neighbour < p.species_count; ++neighbour)
          radial_[position + neighbour] = p.radial[p.radial_index(centre, neighbour, mu, k)];
  tables_.radial = radial_.data();
  fill_parity();
  std::vector<double> coefficient(tables_.moments, 0.0);
  for (int a = 0; a < tables_.scalars; ++a) coefficient[tables_.scalar_moment[a]] += p.linear[a];
  seed_.assign(coefficient.begin(), coefficient.begin() + tables_.contraction.kept);
  quadratic_.resize(tables_.products);
  for (int k = 0; k < tables_.products; ++k)
    quadratic_[k] = tables_.product_factor[k] * coefficient[tables_.product_target[k]];
  tables_.contraction.seed = seed_.data();
  tables_.contraction.coefficient = quadratic_.data();
  tables_.species_energy = p.species.data();
  tables_.linear = p.linear.data();
}

// T_2j = P_j(y) and T_2j+1 = xi Q_j(y) with y = 2 xi^2 - 1 = T_2(xi): P_j is T_j, and by the recurrence
// Q_j = 2 P_j - Q_j-1. In y on [-1, 1] the coefficients of ten polynomials stay below 100, in xi they
// would reach 500 and cost three digits.
void Model::fill_parity() {
  const int ks = potential_.radial_basis_size;
  tables_.parity = nullptr;
  if (ks % 2 != 0 || ks > maximum_parity_size) return;
  const int half = ks / 2;
  using Polynomial = std::array<double, maximum_parity_size / 2>;
  std::vector<Polynomial> even(half, Polynomial{}), odd(half, Polynomial{});
  for (int j = 0; j < half; ++j) {
    if (j < 2) even[j][j] = 1.0;
    for (int power = 0; j >= 2 && power < half; ++power)
      even[j][power] = (power > 0 ? 2.0 * even[j - 1][power - 1] : 0.0) - even[j - 2][power];
    for (int power = 0; power < half; ++power)
      odd[j][power] = j == 0 ? even[j][power] : 2.0 * even[j][power] - odd[j - 1][power];
  }
  const std::size_t stride = tables_.species_stride, functions = radial_.size() / (ks * stride);
  parity_.assign(radial_.size(), 0.0);
  for (std::size_t f = 0; f < functions; ++f)
    for (std::size_t z = 0; z < stride; ++z) {
      const double *from = &radial_[f * ks * stride + z];
      double *to = &parity_[f * ks * stride + z];
      for (int j = 0; j < half; ++j)
        for (int power = 0; power <= j; ++power) {
          to[2 * power * stride] += potential_.scaling * from[2 * j * stride] * even[j][power];
          to[(2 * power + 1) * stride] += potential_.scaling * from[(2 * j + 1) * stride] * odd[j][power];
        }
    }
  tables_.parity = parity_.data();
}

void Model::set_parameters(const double *parameters) {
  for (auto *part : {&potential_.radial, &potential_.species, &potential_.linear}) {
    std::copy(parameters, parameters + part->size(), part->begin());
    parameters += part->size();
  }
  fill_coefficients();
}

}  // namespace argyrodite
