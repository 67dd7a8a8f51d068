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

int monomial_count(int degree) { return (degree + 1) * (degree + 2) * (degree + 3) / 6; }

}  // namespace

Model::Model(Potential potential, const Kernel &kernel)
    : potential_(std::move(potential)), kernel_(&kernel) {
  potential_.validate();
  build_structure();
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
  for (int m = 0; m < p.moments_count; ++m)
    moment[m] = m < basics ? begin[p.basic[m][0]] +
                                 monomial[{p.basic[m][1], p.basic[m][2], p.basic[m][3]}]
                           : begin.back() + m - basics;
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
  tables_.species_energy = p.species.data();
  tables_.linear = p.linear.data();
}

void Model::set_parameters(const double *parameters) {
  for (auto *part : {&potential_.radial, &potential_.species, &potential_.linear}) {
    std::copy(parameters, parameters + part->size(), part->begin());
    parameters += part->size();
  }
  fill_coefficients();
}

}  // namespace argyrodite
