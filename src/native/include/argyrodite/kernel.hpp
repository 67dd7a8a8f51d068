// SPDX-License-Identifier: BSD-3-Clause
// The evaluation kernel. One SIMD lane is one central atom: a block holds up to `width` atoms of one
// species, and the kernel walks their neighbour lists side by side. So radial functions, moments,
// contractions and forces are all full-width vector work, with no reduction across lanes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "argyrodite/potential.hpp"

namespace argyrodite {

/// Largest number of lanes of any instruction set.
constexpr int maximum_width = 8;

/// Radial basis sizes up to this, if even, are also kept as polynomials (`Tables::parity`).
constexpr int maximum_parity_size = 12;

/// Columns of a matrix for `Kernel::grade` that are stored side by side.
constexpr int grade_tile = 8;

/// The products once more, as evaluation wants them: sorted by what they are added to. Moments that no
/// product uses are left out: their products with the linear coefficients form one quadratic form in
/// the `kept` moments (basics, then the others in the order in which they are complete). Term ranges
/// are [begin[i], begin[i + 1]).
struct Contraction {
  /// factor * M_left * M_right, or in the reverse direction factor * M_left * dV/dM_right.
  struct Term {
    int left, right;
    double factor;
  };
  struct QuadraticTerm {
    int other, product;  // times coefficient[product]
  };
  int kept;
  const int *forward_begin;      // [kept - basics + 1], for moment basics + i
  const Term *forward;
  const int *reverse_begin;      // [kept + 1]
  const Term *reverse;
  const int *quadratic_begin;    // [kept + 1]
  const QuadraticTerm *quadratic;
  const double *coefficient;     // [products]: factor times the linear coefficient of the target
  const double *seed;            // [kept]: linear coefficient of each moment, 0 if it is no scalar
};

/// What the kernel reads of a potential, as plain pointers (owned by `Model`).
///
/// Monomials x^a y^b z^c come degree by degree. Those of degree d are x times all of degree d - 1,
/// then y times the ones of those without x, then z^d: so no index is looked up to form them.
/// Function mu uses all monomials up to its degree; moments begin with these basic ones.
struct Tables {
  int species, mus, ks, moments, basics, products, scalars;
  int degree, monomials;        // largest degree of any mu, and the number of its monomials
  int species_stride;           // species rounded up to the lanes of the lookup
  double cutoff, scaling, xi_slope, xi_offset;
  const double *radial;         // [z_i][mu][k][species_stride]
  /// The same functions, scaling included, as E(y) + xi O(y) with y = 2 xi^2 - 1: coefficient of y^j
  /// of E at k = 2 j, of O at k = 2 j + 1; null where the size is odd or above `maximum_parity_size`.
  const double *parity;
  const double *species_energy; // [z]
  const double *linear;         // [scalar]
  const int *scalar_moment;     // [scalar]
  const int *basic_begin;       // [mus + 1]: first basic moment of each mu
  const int *product_left, *product_right, *product_target;  // [product]
  const double *product_factor;
  Contraction contraction;
};

/// A distance just beyond the cutoff: pairs at it contribute exactly nothing.
inline double beyond(double cutoff) { return cutoff * (1.0 + 1.0e-9); }

/// Up to `width` central atoms of one species with their neighbours; entry [n * width + lane].
/// Unused entries must hold a pair beyond the cutoff, `(beyond(cutoff), 0, 0)`, of species 0.
struct Block {
  int centre = 0;                        // species of the central atoms
  int neighbours = 0;                    // rows n
  int lanes = 0;                         // lanes in use
  const double *x = nullptr, *y = nullptr, *z = nullptr;  // r_j - r_i, Å
  const std::int64_t *species = nullptr;
};

/// Directions for a directional derivative of dV/dtheta: of the pair vectors, same layout as x, y, z.
struct Tangents {
  const double *x, *y, *z;
  const double *energy_factor;           // [width]
};

/// The functions of one instruction set. `work` must hold `work_size(tables, neighbours)` doubles,
/// aligned to 64 bytes.
struct Kernel {
  const char *name;
  int width;
  std::size_t (*work_size)(const Tables &, int neighbours);
  // Atoms come as `packed` [atom][4], aligned to 32 bytes: x, y, z and, as bits of a std::int64_t, the
  // species index.
  /// Writes the members of a candidate list that lie within the cutoff of `centre` (x, y, z) to `found`
  /// and returns their number. Entries of the list are masked by `mask`. `found` needs room for
  /// `maximum_width` more than all candidates. Lowers `nearest2` to the smallest squared distance met.
  int (*gather)(const double *packed, const double *centre, const int *candidates, int count,
                int mask, double cutoff2, int *found, double *nearest2);
  /// Puts `rows` neighbours of each of `width` atoms side by side as a `Block` wants.
  void (*assemble)(const double *packed, const int *centres, const int *const *neighbours, int rows,
                   double *x, double *y, double *z, std::int64_t *species);
  /// Adds the gradients of a block to `forces` [atom][4], aligned to 32 bytes: minus dV_i/dr_j for
  /// each neighbour in `width` lanes, and for `lanes` central atoms the sum over their neighbours.
  void (*scatter)(const int *centres, int lanes, const int *const *neighbours, int rows,
                  const double *gx, const double *gy, const double *gz, double *forces);
  /// Site energies V [width] and, unless gx is null, dV_i/d(r_j - r_i) in gx, gy, gz.
  void (*evaluate)(const Tables &, const Block &, double *work, double *energy, double *gx,
                   double *gy, double *gz);
  /// Scalars B_a in basis [scalar * width + lane] and dB_a/d(r_j - r_i) for each a through `visit`.
  void (*linear_basis)(const Tables &, const Block &, double *work, double *basis, double *gx,
                       double *gy, double *gz, void (*visit)(void *, int scalar), void *context);
  /// Adds to `radial` [z_j][mu][k][width] and `linear` [scalar][width] the gradient of
  /// energy_factor * V + d/de V(r + e t) with respect to the parameters of the central species.
  void (*gradient)(const Tables &, const Block &, const Tangents &, double *work, double *radial,
                   double *linear);
  /// dV/dtheta of each lane: overwrites `radial` and `linear`, layout as in `gradient`.
  void (*features)(const Tables &, const Block &, double *work, double *radial, double *linear);
  /// The largest |coefficient| of each lane's features [rows][width] times a matrix of `columns`
  /// (a multiple of `grade_tile`), stored as [column / grade_tile][row][grade_tile].
  void (*grade)(const double *features, int rows, const double *matrix, int columns, double *result);
};

/// The best kernel this processor can run, or the one called `name` ("avx512", "avx2", "sse2").
/// Throws PotentialError for a name that is unknown or not supported here.
const Kernel &select_kernel(const std::string &name = "");

/// Names of the kernels that this processor can run, best first.
std::vector<std::string> available_kernels();

/// A potential prepared for the kernel.
class Model {
 public:
  explicit Model(Potential potential, const Kernel &kernel = select_kernel());
  Model(const Model &) = delete;  // the tables point into the model
  Model &operator=(const Model &) = delete;
  const Potential &potential() const { return potential_; }
  const Tables &tables() const { return tables_; }
  const Kernel &kernel() const { return *kernel_; }
  /// Replaces all parameters (radial, species, linear).
  void set_parameters(const double *parameters);

 private:
  void build_structure();
  void build_contraction();
  void fill_coefficients();
  void fill_parity();

  Potential potential_;
  const Kernel *kernel_;
  Tables tables_{};
  std::vector<double> radial_, parity_, factors_, quadratic_, seed_;
  std::vector<int> integers_, contraction_integers_;
  std::vector<Contraction::Term> forward_, reverse_;
  std::vector<Contraction::QuadraticTerm> quadratic_terms_;
};

}  // namespace argyrodite
