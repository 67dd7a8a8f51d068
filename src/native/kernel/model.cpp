// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <map>
#include <utility>

#include "argyrodite/kernel.hpp"

namespace argyrodite {
namespace {

using Exponents = std::array<int, 3>;

/// Monomials x^a y^b z^c, each the product of an earlier one and one coordinate.
struct MonomialTree {
  std::map<Exponents, int> index{{{0, 0, 0}, 0}};
  std::vector<int> parent{0}, axis{0};

  int insert(const Exponents &exponents) {
    const auto found = index.find(exponents);
    if (found != index.end()) return found->second;
    int split = 0;
    while (exponents[split] == 0) ++split;
    Exponents smaller = exponents;
    --smaller[split];
    const int from = insert(smaller);
    const int position = static_cast<int>(parent.size());
    parent.push_back(from);
    axis.push_back(split);
    index.emplace(exponents, position);
    return position;
  }
};

}  // namespace

Model::Model(Potential potential, const Kernel &kernel)
    : potential_(std::move(potential)), kernel_(&kernel) {
  potential_.validate();
  build_structure();
  fill_coefficients();
}

void Model::build_structure() {
  const Potential &p = potential_;
  MonomialTree tree;
  std::vector<int> order(p.basic.size());
  for (std::size_t b = 0; b < order.size(); ++b) order[b] = static_cast<int>(b);
  std::stable_sort(order.begin(), order.end(),
                   [&](int a, int b) { return p.basic[a][0] < p.basic[b][0]; });
  std::vector<int> begin(p.radial_funcs_count + 1, 0), monomial, moment;
  for (const int b : order) {
    const auto &[mu, x, y, z] = p.basic[b];
    monomial.push_back(tree.insert({x, y, z}));
    moment.push_back(b);
    ++begin[mu + 1];
  }
  for (int mu = 0; mu < p.radial_funcs_count; ++mu) begin[mu + 1] += begin[mu];

  std::vector<int> left, right, target;
  for (const auto &[i, j, multiplier, k] : p.times) {
    left.push_back(i);
    right.push_back(j);
    target.push_back(k);
    factors_.push_back(multiplier);
  }
  const std::vector<const std::vector<int> *> parts{&p.scalars, &tree.parent, &tree.axis, &begin,
                                                    &monomial,  &moment,      &left,      &right,
                                                    &target};
  std::vector<std::size_t> offsets;
  for (const auto *part : parts) {
    offsets.push_back(integers_.size());
    integers_.insert(integers_.end(), part->begin(), part->end());
  }
  const int **fields[] = {&tables_.scalar_moment,  &tables_.monomial_parent, &tables_.monomial_axis,
                          &tables_.basic_begin,    &tables_.basic_monomial,  &tables_.basic_moment,
                          &tables_.product_left,   &tables_.product_right,   &tables_.product_target};
  for (std::size_t part = 0; part < parts.size(); ++part)
    *fields[part] = integers_.data() + offsets[part];

  const int lookup = kernel_->width;
  tables_.species = p.species_count;
  tables_.mus = p.radial_funcs_count;
  tables_.ks = p.radial_basis_size;
  tables_.moments = p.moments_count;
  tables_.basics = static_cast<int>(p.basic.size());
  tables_.products = static_cast<int>(p.times.size());
  tables_.scalars = static_cast<int>(p.scalars.size());
  tables_.monomials = static_cast<int>(tree.parent.size());
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
