// SPDX-License-Identifier: BSD-3-Clause
#include "argyrodite/block_builder.hpp"

#include <algorithm>

namespace argyrodite {
namespace {

constexpr int blocks_per_batch = 4;  // sorted together; more of them leave the first-level cache

}  // namespace

BlockBuilder::BlockBuilder(const Kernel &kernel, double cutoff) : kernel_(&kernel), cutoff_(cutoff) {
  slots_.reserve(batch_size());
}

int BlockBuilder::batch_size() const { return blocks_per_batch * kernel_->width; }

void BlockBuilder::begin(std::size_t atoms) {
  const std::size_t size = 4 * atoms;
  if (packed_.size() < size) packed_.reset(size + size / 8);
  if (forces_.size() < size) forces_.reset(size + size / 8);
  std::fill(forces_.data(), forces_.data() + size, 0.0);
  nearest2_ = cutoff_ * cutoff_;
}

void BlockBuilder::reserve(int rows) {
  if (rows <= capacity_) return;
  capacity_ = rows + rows / 4 + 2 * maximum_width;
  found_.assign(static_cast<std::size_t>(capacity_) * (batch_size() + 1), 0);
  const std::size_t size = static_cast<std::size_t>(capacity_) * kernel_->width;
  block_.reset(4 * size);
  x_ = block_.data();
  y_ = x_ + size;
  z_ = y_ + size;
  species_ = reinterpret_cast<std::int64_t *>(z_ + size);
}

void BlockBuilder::visit(int species, const int *atoms, int count, const int *const *candidates,
                         const int *candidate_counts, int mask,
                         const std::function<void(const Found &)> &visitor) {
  int longest = 0;
  for (int k = 0; k < count; ++k) longest = std::max(longest, candidate_counts[atoms[k]]);
  reserve(longest + maximum_width);
  for (int first = 0; first < count; first += batch_size()) {
    const int size = std::min(batch_size(), count - first);
    slots_.clear();
    int *next = found_.data();
    for (int k = 0; k < size; ++k) {
      const int i = atoms[first + k];
      const int found = kernel_->gather(packed_.data(), packed_.data() + 4L * i, candidates[i],
                                        candidate_counts[i], mask, cutoff_ * cutoff_, next, &nearest2_);
      slots_.push_back({i, found, next});
      next += found;
    }
    std::fill(next, next + capacity_, atoms[first]);  // lanes may be read beyond their end
    std::stable_sort(slots_.begin(), slots_.end(),
                     [](const Slot &a, const Slot &b) { return a.count > b.count; });
    for (int k = 0; k < size; k += kernel_->width)
      emit(species, k, std::min(kernel_->width, size - k), visitor);
  }
}

void BlockBuilder::emit(int species, int first, int lanes,
                        const std::function<void(const Found &)> &visitor) {
  const int rows = slots_[first].count;
  int atoms[maximum_width], counts[maximum_width];
  const int *neighbours[maximum_width];
  for (int lane = 0; lane < kernel_->width; ++lane) {
    const Slot &slot = slots_[first + std::min(lane, lanes - 1)];
    atoms[lane] = slot.atom;
    counts[lane] = lane < lanes ? slot.count : 0;
    neighbours[lane] = slot.neighbours;
  }
  kernel_->assemble(packed_.data(), atoms, neighbours, rows, x_, y_, z_, species_);
  pad(counts, rows);
  visitor({{species, rows, lanes, x_, y_, z_, species_}, atoms, counts, neighbours});
}

// what was read beyond the end of a lane gives way to pairs beyond the cutoff, which add only zeros
void BlockBuilder::pad(const int *counts, int rows) {
  const int width = kernel_->width;
  const double outside = beyond(cutoff_);
  for (int lane = 0; lane < width; ++lane)
    for (int at = counts[lane] * width + lane; at < rows * width; at += width) {
      x_[at] = outside;
      y_[at] = z_[at] = 0.0;
      species_[at] = 0;
    }
}

void BlockBuilder::add_forces(const Found &found, const double *gx, const double *gy, const double *gz) {
  kernel_->scatter(found.atoms, found.block.lanes, found.neighbours, found.block.neighbours, gx, gy, gz,
                   forces_.data());
}

std::size_t BlockBuilder::memory_bytes() const {
  return (packed_.size() + forces_.size() + block_.size()) * sizeof(double) +
         found_.capacity() * sizeof(int) + slots_.capacity() * sizeof(Slot);
}

}  // namespace argyrodite
