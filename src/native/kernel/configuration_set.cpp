// SPDX-License-Identifier: BSD-3-Clause
#include "argyrodite/configuration_set.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <numeric>
#include <stdexcept>
#include <string>
#include <thread>

#include "argyrodite/aligned_buffer.hpp"
#include "argyrodite/neighbours.hpp"

namespace argyrodite {
namespace {

constexpr long atoms_per_chunk = 832;

struct Candidate {
  int atom, frame, species, neighbours;
  long list_begin;
  const NeighbourList *list;
  long atom_offset;  // first atom of the frame
};

}  // namespace

ConfigurationSet::ConfigurationSet(int frames, const int *counts, const int *species,
                                   const double *positions, const double *cells, double cutoff,
                                   int width, int threads)
    : cutoff_(cutoff), width_(width), frame_begin_{0} {
  for (int f = 0; f < frames; ++f) frame_begin_.push_back(frame_begin_.back() + counts[f]);
  for (int f = 0; f < frames;) {
    Chunk chunk;
    chunk.first_frame = f;
    do ++f;
    while (f < frames && frame_begin_[f + 1] - frame_begin_[chunk.first_frame] <= atoms_per_chunk);
    chunk.last_frame = f;
    chunks_.push_back(std::move(chunk));
  }
  run(threads, chunks_of(0, frames),
      [&](int c) { pack(chunks_[c], species, positions, cells); });
}

std::vector<int> ConfigurationSet::chunks_of(int first, int last) const {
  std::vector<int> chosen;
  for (int c = 0; c < static_cast<int>(chunks_.size()); ++c)
    if (chunks_[c].last_frame > first && chunks_[c].first_frame < last) chosen.push_back(c);
  return chosen;
}

void ConfigurationSet::run(int threads, const std::vector<int> &chunks,
                           const std::function<void(int)> &task) const {
  std::atomic<std::size_t> next{0};
  std::exception_ptr failure;
  std::mutex guard;
  const auto work = [&] {
    for (std::size_t k = next++; k < chunks.size(); k = next++) {
      try {
        task(chunks[k]);
      } catch (...) {
        const std::lock_guard<std::mutex> lock(guard);
        if (!failure) failure = std::current_exception();
        next = chunks.size();
      }
    }
  };
  const int count = std::clamp<int>(threads, 1, std::max<int>(1, static_cast<int>(chunks.size())));
  std::vector<std::thread> pool;
  for (int t = 1; t < count; ++t) pool.emplace_back(work);
  work();
  for (std::thread &thread : pool) thread.join();
  if (failure) std::rethrow_exception(failure);
}

void ConfigurationSet::pack(Chunk &chunk, const int *species, const double *positions,
                            const double *cells) const {
  std::vector<NeighbourList> lists(chunk.last_frame - chunk.first_frame);
  std::vector<Candidate> atoms;
  for (int f = chunk.first_frame; f < chunk.last_frame; ++f) {
    NeighbourList &list = lists[f - chunk.first_frame];
    const long begin = frame_begin_[f];
    const int count = static_cast<int>(frame_begin_[f + 1] - begin);
    try {
      list = neighbour_list(positions + 3 * begin, count, cells + 9 * f, cutoff_);
    } catch (const std::invalid_argument &error) {
      throw std::invalid_argument("configuration " + std::to_string(f) + ": " + error.what());
    }
    for (int i = 0; i < count; ++i)
      atoms.push_back({static_cast<int>(begin + i), f, species[begin + i],
                       static_cast<int>(list.begin[i + 1] - list.begin[i]), list.begin[i], &list, begin});
  }
  // lanes of similar length side by side, and within a lane neighbours by species
  std::stable_sort(atoms.begin(), atoms.end(), [](const Candidate &a, const Candidate &b) {
    return a.species != b.species ? a.species < b.species : a.neighbours < b.neighbours;
  });
  std::vector<long> order;
  for (std::size_t first = 0; first < atoms.size();) {
    PackedBlock block{};
    block.centre = atoms[first].species;
    block.offset = static_cast<long>(chunk.x.size());
    while (block.lanes < width_ && first + block.lanes < atoms.size() &&
           atoms[first + block.lanes].species == block.centre)
      block.neighbours = std::max(block.neighbours, atoms[first + block.lanes++].neighbours);
    std::fill(block.atom, block.atom + maximum_width, -1);
    std::fill(block.frame, block.frame + maximum_width, -1);
    const std::size_t size = static_cast<std::size_t>(block.neighbours) * width_;
    chunk.x.resize(chunk.x.size() + size, beyond(cutoff_));
    chunk.y.resize(chunk.x.size(), 0.0);
    chunk.z.resize(chunk.x.size(), 0.0);
    chunk.species.resize(chunk.x.size(), 0);
    chunk.neighbour.resize(chunk.x.size(), -1);
    for (int lane = 0; lane < block.lanes; ++lane) {
      const Candidate &atom = atoms[first + lane];
      block.atom[lane] = atom.atom;
      block.frame[lane] = atom.frame;
      order.resize(atom.neighbours);
      std::iota(order.begin(), order.end(), atom.list_begin);
      const auto species_of = [&](long k) { return species[atom.atom_offset + atom.list->index[k]]; };
      std::stable_sort(order.begin(), order.end(),
                       [&](long a, long b) { return species_of(a) < species_of(b); });
      for (int n = 0; n < atom.neighbours; ++n) {
        const long at = block.offset + static_cast<long>(n) * width_ + lane, k = order[n];
        chunk.x[at] = atom.list->x[k];
        chunk.y[at] = atom.list->y[k];
        chunk.z[at] = atom.list->z[k];
        chunk.species[at] = species_of(k);
        chunk.neighbour[at] = static_cast<std::int32_t>(atom.atom_offset + atom.list->index[k]);
      }
    }
    chunk.longest = std::max(chunk.longest, block.neighbours);
    first += block.lanes;
    chunk.blocks.push_back(block);
  }
  for (auto *values : {&chunk.x, &chunk.y, &chunk.z}) values->shrink_to_fit();
  chunk.species.shrink_to_fit();
  chunk.neighbour.shrink_to_fit();
}

std::size_t ConfigurationSet::memory_bytes() const {
  std::size_t bytes = frame_begin_.size() * sizeof(long);
  for (const Chunk &chunk : chunks_)
    bytes += chunk.x.size() * 36 + chunk.blocks.size() * sizeof(PackedBlock);
  return bytes;
}

Block ConfigurationSet::view(const Chunk &chunk, const PackedBlock &block) const {
  return {block.centre,
          block.neighbours,
          block.lanes,
          chunk.x.data() + block.offset,
          chunk.y.data() + block.offset,
          chunk.z.data() + block.offset,
          chunk.species.data() + block.offset};
}

void ConfigurationSet::check(const Model &model) const {
  if (model.kernel().width != width_ || model.potential().max_dist != cutoff_)
    throw std::invalid_argument("the configuration set was built for another cutoff or kernel");
}

void ConfigurationSet::evaluate(const Model &model, int threads, double *energies,
                                double *site_energies, double *forces,
                                double *strain_derivatives) const {
  check(model);
  const Kernel &kernel = model.kernel();
  const Tables &tables = model.tables();
  const bool derivatives = forces != nullptr;
  run(threads, chunks_of(0, frames()), [&](int c) {
    const Chunk &chunk = chunks_[c];
    const std::size_t pairs = static_cast<std::size_t>(chunk.longest) * width_;
    AlignedBuffer work(kernel.work_size(tables, chunk.longest)), buffer(3 * pairs + maximum_width);
    double *energy = buffer.data(), *gx = energy + maximum_width, *gy = gx + pairs, *gz = gy + pairs;
    std::fill(energies + chunk.first_frame, energies + chunk.last_frame, 0.0);
    if (derivatives) {
      std::fill(forces + 3 * frame_begin_[chunk.first_frame],
                forces + 3 * frame_begin_[chunk.last_frame], 0.0);
      std::fill(strain_derivatives + 9 * chunk.first_frame, strain_derivatives + 9 * chunk.last_frame,
                0.0);
    }
    for (const PackedBlock &packed : chunk.blocks) {
      const Block block = view(chunk, packed);
      kernel.evaluate(tables, block, work.data(), energy, derivatives ? gx : nullptr, gy, gz);
      for (int lane = 0; lane < packed.lanes; ++lane) {
        site_energies[packed.atom[lane]] = energy[lane];
        if (!derivatives) continue;
        double *strain = strain_derivatives + 9 * packed.frame[lane];
        double *force = forces + 3 * packed.atom[lane];
        for (int n = 0; n < packed.neighbours; ++n) {
          const long at = static_cast<long>(n) * width_ + lane;
          const std::int32_t neighbour = chunk.neighbour[packed.offset + at];
          if (neighbour < 0) break;
          const double g[3] = {gx[at], gy[at], gz[at]};
          const double r[3] = {block.x[at], block.y[at], block.z[at]};
          for (int a = 0; a < 3; ++a) {
            force[a] += g[a];
            forces[3 * neighbour + a] -= g[a];
            for (int b = 0; b < 3; ++b) strain[3 * a + b] += g[a] * r[b];
          }
        }
      }
    }
    for (int f = chunk.first_frame; f < chunk.last_frame; ++f)
      for (long i = frame_begin_[f]; i < frame_begin_[f + 1]; ++i) energies[f] += site_energies[i];
  });
}

void ConfigurationSet::gradient(const Model &model, int threads, const double *energy_factors,
                                const double *directions, const double *strains,
                                double *result) const {
  check(model);
  const Kernel &kernel = model.kernel();
  const Tables &tables = model.tables();
  const Potential &p = model.potential();
  const std::size_t rows = static_cast<std::size_t>(p.species_count) * tables.mus * tables.ks;
  const std::size_t scalars = p.linear.size(), parameters = p.parameter_count();
  std::vector<std::vector<double>> partial(chunks_.size());
  run(threads, chunks_of(0, frames()), [&](int c) {
    const Chunk &chunk = chunks_[c];
    const std::size_t pairs = static_cast<std::size_t>(chunk.longest) * width_;
    AlignedBuffer work(kernel.work_size(tables, chunk.longest)), tangent(3 * pairs + maximum_width);
    AlignedBuffer radial(p.species_count * rows * width_), linear(scalars * width_);
    double *factor = tangent.data();
    double *t[3] = {factor + maximum_width, factor + maximum_width + pairs,
                    factor + maximum_width + 2 * pairs};
    std::vector<double> &sum = partial[c];
    sum.assign(parameters, 0.0);
    for (const PackedBlock &packed : chunk.blocks) {
      const Block block = view(chunk, packed);
      const double *r[3] = {block.x, block.y, block.z};
      for (int a = 0; a < 3; ++a) std::fill(t[a], t[a] + packed.neighbours * width_, 0.0);
      std::fill(factor, factor + maximum_width, 0.0);
      for (int lane = 0; lane < packed.lanes; ++lane) {
        const int frame = packed.frame[lane];
        factor[lane] = energy_factors[frame];
        sum[rows * p.species_count + packed.centre] += energy_factors[frame];
        const double *strain = strains + 9 * frame, *own = directions + 3 * packed.atom[lane];
        for (int n = 0; n < packed.neighbours; ++n) {
          const long at = static_cast<long>(n) * width_ + lane;
          const std::int32_t neighbour = chunk.neighbour[packed.offset + at];
          if (neighbour < 0) break;
          for (int a = 0; a < 3; ++a)
            t[a][at] = directions[3 * neighbour + a] - own[a] + strain[3 * a] * r[0][at] +
                       strain[3 * a + 1] * r[1][at] + strain[3 * a + 2] * r[2][at];
        }
      }
      kernel.gradient(tables, block, {t[0], t[1], t[2], factor}, work.data(),
                      radial.data() + packed.centre * rows * width_, linear.data());
    }
    for (std::size_t k = 0; k < p.species_count * rows; ++k)
      for (int lane = 0; lane < width_; ++lane) sum[k] += radial.data()[k * width_ + lane];
    double *linear_sum = sum.data() + p.species_count * rows + p.species_count;
    for (std::size_t a = 0; a < scalars; ++a)
      for (int lane = 0; lane < width_; ++lane) linear_sum[a] += linear.data()[a * width_ + lane];
  });
  std::fill(result, result + parameters, 0.0);
  for (const std::vector<double> &part : partial)
    for (std::size_t k = 0; k < part.size(); ++k) result[k] += part[k];
}

void ConfigurationSet::features(const Model &model, int threads, int first, int last,
                                double *result) const {
  check(model);
  const Kernel &kernel = model.kernel();
  const Tables &tables = model.tables();
  const Potential &p = model.potential();
  const std::size_t rows = static_cast<std::size_t>(p.species_count) * tables.mus * tables.ks;
  const std::size_t scalars = p.linear.size(), parameters = p.parameter_count();
  run(threads, chunks_of(first, last), [&](int c) {
    const Chunk &chunk = chunks_[c];
    AlignedBuffer work(kernel.work_size(tables, chunk.longest));
    AlignedBuffer radial(rows * width_), linear(scalars * width_);
    for (const PackedBlock &packed : chunk.blocks) {
      kernel.features(tables, view(chunk, packed), work.data(), radial.data(), linear.data());
      for (int lane = 0; lane < packed.lanes; ++lane) {
        if (packed.frame[lane] < first || packed.frame[lane] >= last) continue;
        double *row = result + (packed.atom[lane] - frame_begin_[first]) * parameters;
        std::fill(row, row + parameters, 0.0);
        for (std::size_t k = 0; k < rows; ++k)
          row[packed.centre * rows + k] = radial.data()[k * width_ + lane];
        row[p.species_count * rows + packed.centre] = 1.0;
        for (std::size_t a = 0; a < scalars; ++a)
          row[p.species_count * (rows + 1) + a] = linear.data()[a * width_ + lane];
      }
    }
  });
}

void ConfigurationSet::grades(const Model &model, const Grader &grader, int threads, int first, int last,
                              double *result) const {
  check(model);
  const std::size_t parameters = model.potential().parameter_count();
  if (static_cast<std::size_t>(grader.parameters()) != parameters)
    throw std::invalid_argument("the active set was made for another number of parameters");
  if (!grader.per_atom()) {
    const long origin = frame_begin_[first];
    std::vector<double> atoms((frame_begin_[last] - origin) * parameters), sum(parameters);
    features(model, threads, first, last, atoms.data());
    for (int f = first; f < last; ++f) {
      std::fill(sum.begin(), sum.end(), 0.0);
      for (long i = frame_begin_[f] - origin; i < frame_begin_[f + 1] - origin; ++i)
        for (std::size_t p = 0; p < parameters; ++p) sum[p] += atoms[i * parameters + p];
      result[f - first] = grader.grade_of(sum.data());
    }
    return;
  }
  run(threads, chunks_of(first, last), [&](int c) {
    const Chunk &chunk = chunks_[c];
    AlignedBuffer work(model.kernel().work_size(model.tables(), chunk.longest));
    AlignedBuffer features(grader.feature_size());
    double lanes[maximum_width];
    for (const PackedBlock &packed : chunk.blocks) {
      grader.grade(view(chunk, packed), work.data(), features.data(), lanes);
      for (int lane = 0; lane < packed.lanes; ++lane)
        if (packed.frame[lane] >= first && packed.frame[lane] < last)
          result[packed.atom[lane] - frame_begin_[first]] = lanes[lane];
    }
  });
}

void ConfigurationSet::linear_rows(const Model &model, int threads, int first, int last,
                                   double *energies, double *position_derivatives,
                                   double *strain_derivatives) const {
  check(model);
  const Kernel &kernel = model.kernel();
  const Tables &tables = model.tables();
  const std::size_t scalars = model.potential().linear.size();
  const long origin = frame_begin_[first], end = frame_begin_[last];
  std::fill(energies, energies + (last - first) * scalars, 0.0);
  std::fill(position_derivatives, position_derivatives + 3 * (end - origin) * scalars, 0.0);
  std::fill(strain_derivatives, strain_derivatives + 9 * (last - first) * scalars, 0.0);
  run(threads, chunks_of(first, last), [&](int c) {
    const Chunk &chunk = chunks_[c];
    const std::size_t pairs = static_cast<std::size_t>(chunk.longest) * width_;
    AlignedBuffer work(kernel.work_size(tables, chunk.longest)), buffer(3 * pairs);
    AlignedBuffer basis(scalars * width_);
    double *g[3] = {buffer.data(), buffer.data() + pairs, buffer.data() + 2 * pairs};
    for (const PackedBlock &packed : chunk.blocks) {
      const Block block = view(chunk, packed);
      const double *r[3] = {block.x, block.y, block.z};
      const auto add = [&](int scalar) {
        for (int lane = 0; lane < packed.lanes; ++lane) {
          const int frame = packed.frame[lane];
          if (frame < first || frame >= last) continue;
          energies[(frame - first) * scalars + scalar] += basis.data()[scalar * width_ + lane];
          double *strain = strain_derivatives + 9 * (frame - first) * scalars + scalar;
          double *own = position_derivatives + 3 * (packed.atom[lane] - origin) * scalars + scalar;
          for (int n = 0; n < packed.neighbours; ++n) {
            const long at = static_cast<long>(n) * width_ + lane;
            const std::int32_t neighbour = chunk.neighbour[packed.offset + at];
            if (neighbour < 0) break;
            double *other = position_derivatives + 3 * (neighbour - origin) * scalars + scalar;
            for (int a = 0; a < 3; ++a) {
              own[a * scalars] -= g[a][at];
              other[a * scalars] += g[a][at];
              for (int b = 0; b < 3; ++b) strain[(3 * a + b) * scalars] += g[a][at] * r[b][at];
            }
          }
        }
      };
      using Add = decltype(add);
      kernel.linear_basis(
          tables, block, work.data(), basis.data(), g[0], g[1], g[2],
          [](void *context, int scalar) { (*static_cast<const Add *>(context))(scalar); },
          const_cast<void *>(static_cast<const void *>(&add)));
    }
  });
}

}  // namespace argyrodite
