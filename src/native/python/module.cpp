// SPDX-License-Identifier: BSD-3-Clause
// Python binding of the kernel; array checks beyond shapes are made by the Python layer.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/unique_ptr.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <stdexcept>

#include "argyrodite/active_set.hpp"
#include "argyrodite/configuration_set.hpp"
#include "argyrodite/identity.hpp"
#include "argyrodite/kernel.hpp"
#include "argyrodite/potential.hpp"

namespace nb = nanobind;
using argyrodite::ActiveSet;
using argyrodite::ConfigurationSet;
using argyrodite::Grader;
using argyrodite::Model;
using argyrodite::Potential;

namespace {

template <class T, class Shape>
using In = nb::ndarray<const T, Shape, nb::c_contig, nb::device::cpu>;
using Vector = In<double, nb::ndim<1>>;
using Vectors = In<double, nb::shape<-1, 3>>;
using Matrices = In<double, nb::shape<-1, 3, 3>>;
using Matrix = In<double, nb::ndim<2>>;
using Integers = In<int, nb::ndim<1>>;
using Members = In<std::int64_t, nb::shape<-1, 2>>;
using Out = nb::ndarray<nb::numpy, double>;

Out array(std::initializer_list<std::size_t> shape, double *&data) {
  std::size_t size = 1;
  for (const std::size_t n : shape) size *= n;
  data = new double[size > 0 ? size : 1];
  nb::capsule owner(data, [](void *p) noexcept { delete[] static_cast<double *>(p); });
  return Out(data, shape, owner);
}

void require(bool condition, const char *message) {
  if (!condition) throw std::invalid_argument(message);
}

std::unique_ptr<ConfigurationSet> make_set(const Model &model, Integers counts, Integers species,
                                           Vectors positions, Matrices cells, int threads) {
  require(counts.shape(0) == cells.shape(0), "counts and cells must have the same length");
  require(species.shape(0) == positions.shape(0), "species and positions must have the same length");
  long total = 0;
  for (std::size_t f = 0; f < counts.shape(0); ++f) {
    require(counts.data()[f] > 0, "every configuration needs at least one atom");
    total += counts.data()[f];
  }
  require(total == static_cast<long>(species.shape(0)), "counts must sum to the number of atoms");
  for (std::size_t i = 0; i < species.shape(0); ++i)
    require(species.data()[i] >= 0 && species.data()[i] < model.potential().species_count,
            "a species index is not one of the potential's");
  nb::gil_scoped_release release;
  return std::make_unique<ConfigurationSet>(static_cast<int>(counts.shape(0)), counts.data(),
                                            species.data(), positions.data(), cells.data(),
                                            model.potential().max_dist, model.kernel().width, threads);
}

nb::tuple evaluate(const ConfigurationSet &set, const Model &model, int threads, bool derivatives) {
  const std::size_t frames = set.frames(), atoms = set.atoms();
  double *energies, *sites, *forces, *strains;
  Out e = array({frames}, energies), s = array({atoms}, sites);
  Out f = array({derivatives ? atoms : 0, 3}, forces);
  Out v = array({derivatives ? frames : 0, 3, 3}, strains);
  {
    nb::gil_scoped_release release;
    set.evaluate(model, threads, energies, sites, derivatives ? forces : nullptr, strains);
  }
  return nb::make_tuple(e, s, f, v);
}

Out gradient(const ConfigurationSet &set, const Model &model, int threads, Vector energy_factors,
             Vectors directions, Matrices strains) {
  require(static_cast<int>(energy_factors.shape(0)) == set.frames() &&
              static_cast<long>(directions.shape(0)) == set.atoms() &&
              static_cast<int>(strains.shape(0)) == set.frames(),
          "energy factors, directions and strains must match the configuration set");
  double *data;
  Out result = array({model.potential().parameter_count()}, data);
  nb::gil_scoped_release release;
  set.gradient(model, threads, energy_factors.data(), directions.data(), strains.data(), data);
  return result;
}

void check_range(const ConfigurationSet &set, int first, int last) {
  require(0 <= first && first <= last && last <= set.frames(), "frame range out of bounds");
}

Out features(const ConfigurationSet &set, const Model &model, int threads, int first, int last) {
  check_range(set, first, last);
  double *data;
  const std::size_t atoms = set.atoms_in(first, last);
  Out result = array({atoms, model.potential().parameter_count()}, data);
  nb::gil_scoped_release release;
  set.features(model, threads, first, last, data);
  return result;
}

nb::tuple linear_rows(const ConfigurationSet &set, const Model &model, int threads, int first,
                      int last) {
  check_range(set, first, last);
  const std::size_t frames = last - first, atoms = set.atoms_in(first, last);
  const std::size_t scalars = model.potential().linear.size();
  double *energies, *positions, *strains;
  Out e = array({frames, scalars}, energies), p = array({atoms, 3, scalars}, positions);
  Out s = array({frames, 3, 3, scalars}, strains);
  {
    nb::gil_scoped_release release;
    set.linear_rows(model, threads, first, last, energies, positions, strains);
  }
  return nb::make_tuple(e, p, s);
}

Out grades(const ConfigurationSet &set, const Model &model, const Grader &grader, int threads,
           int first, int last) {
  check_range(set, first, last);
  double *data;
  const std::size_t atoms = set.atoms_in(first, last), frames = last - first;
  Out result = array({grader.per_atom() ? atoms : frames}, data);
  nb::gil_scoped_release release;
  set.grades(model, grader, threads, first, last, data);
  return result;
}

template <class T>
nb::ndarray<nb::numpy, T> copied(const std::vector<T> &values, std::initializer_list<std::size_t> shape) {
  T *data = new T[values.size() > 0 ? values.size() : 1];
  std::copy(values.begin(), values.end(), data);
  nb::capsule owner(data, [](void *p) noexcept { delete[] static_cast<T *>(p); });
  return nb::ndarray<nb::numpy, T>(data, shape, owner);
}

ActiveSet make_active_set(const std::string &potential_id, bool per_atom, Vector scale, Matrix rows,
                          Matrix inverse, Members members) {
  const std::size_t size = scale.shape(0);
  require(rows.shape(0) == size && rows.shape(1) == size && inverse.shape(0) == size &&
              inverse.shape(1) == size && members.shape(0) <= size,
          "scale, rows, inverse and members of an active set must fit each other");
  ActiveSet set;
  set.potential_id = potential_id;
  set.per_atom = per_atom;
  set.parameters = static_cast<int>(size);
  set.scale.assign(scale.data(), scale.data() + size);
  set.rows.assign(rows.data(), rows.data() + size * size);
  set.inverse.assign(inverse.data(), inverse.data() + size * size);
  set.members.assign(members.data(), members.data() + 2 * members.shape(0));
  return set;
}

nb::bytes format_active_set(const std::string &potential_id, bool per_atom, Vector scale, Matrix rows,
                            Matrix inverse, Members members) {
  const std::string text =
      argyrodite::format_active_set(make_active_set(potential_id, per_atom, scale, rows, inverse, members));
  return nb::bytes(text.data(), text.size());
}

nb::tuple parse_active_set(const nb::bytes &data) {
  const ActiveSet set = argyrodite::parse_active_set({data.c_str(), data.size()});
  const std::size_t size = set.parameters;
  return nb::make_tuple(set.potential_id, set.per_atom, copied(set.scale, {size}),
                        copied(set.rows, {size, size}), copied(set.members, {set.members.size() / 2, 2}));
}

std::vector<double> parameters(const Model &model) {
  const Potential &p = model.potential();
  std::vector<double> all(p.radial);
  all.insert(all.end(), p.species.begin(), p.species.end());
  all.insert(all.end(), p.linear.begin(), p.linear.end());
  return all;
}

}  // namespace

NB_MODULE(_native, m) {
  m.doc() = "Moment tensor potential kernel.";
  nb::exception<argyrodite::PotentialError>(m, "PotentialError", PyExc_ValueError);
  m.def("available_kernels", &argyrodite::available_kernels);

  nb::class_<Model>(m, "Model")
      .def("__init__",
           [](Model *self, const std::string &text, const std::string &kernel) {
             new (self) Model(argyrodite::parse_potential(text), argyrodite::select_kernel(kernel));
           },
           nb::arg("text"), nb::arg("kernel") = "")
      .def("copy", [](const Model &self) {
        return std::make_unique<Model>(self.potential(), self.kernel());
      })
      .def("identity", [](const Model &self, const std::vector<std::string> &species) {
        require(static_cast<int>(species.size()) == self.potential().species_count,
                "the names of all species are needed");
        return argyrodite::potential_id(self.potential(), species);
      })
      .def("text", [](const Model &self, const std::vector<std::string> &species) {
        return argyrodite::named_text(self.potential(), species);
      })
      .def_prop_ro("kernel", [](const Model &self) { return std::string(self.kernel().name); })
      .def_prop_ro("name", [](const Model &self) { return self.potential().name; })
      .def_prop_ro("tag", [](const Model &self) { return self.potential().tag; })
      .def_prop_ro("scaling", [](const Model &self) { return self.potential().scaling; })
      .def_prop_ro("min_dist", [](const Model &self) { return self.potential().min_dist; })
      .def_prop_ro("max_dist", [](const Model &self) { return self.potential().max_dist; })
      .def_prop_ro("species_count", [](const Model &self) { return self.potential().species_count; })
      .def_prop_ro("radial_funcs_count",
                   [](const Model &self) { return self.potential().radial_funcs_count; })
      .def_prop_ro("radial_basis_size",
                   [](const Model &self) { return self.potential().radial_basis_size; })
      .def_prop_ro("scalar_count",
                   [](const Model &self) { return static_cast<int>(self.potential().linear.size()); })
      .def_prop_ro("parameters", &parameters)
      .def("set_parameters", [](Model &self, Vector values) {
        require(values.shape(0) == self.potential().parameter_count(), "wrong number of parameters");
        self.set_parameters(values.data());
      });

  m.def("format_active_set", &format_active_set);
  m.def("parse_active_set", &parse_active_set);
  nb::class_<Grader>(m, "Grader")
      .def("__init__",
           [](Grader *self, const Model &model, bool per_atom, Vector scale, Matrix rows, Matrix inverse,
              Members members) {
             new (self) Grader(model, make_active_set("", per_atom, scale, rows, inverse, members));
           },
           nb::keep_alive<1, 2>());

  nb::class_<ConfigurationSet>(m, "ConfigurationSet")
      .def(nb::new_(&make_set), nb::arg("model"), nb::arg("counts"), nb::arg("species"),
           nb::arg("positions"), nb::arg("cells"), nb::arg("threads") = 1)
      .def_prop_ro("frames", &ConfigurationSet::frames)
      .def_prop_ro("atoms", &ConfigurationSet::atoms)
      .def_prop_ro("memory_bytes", &ConfigurationSet::memory_bytes)
      .def("evaluate", &evaluate, nb::arg("model"), nb::arg("threads") = 1,
           nb::arg("derivatives") = true)
      .def("gradient", &gradient, nb::arg("model"), nb::arg("threads"), nb::arg("energy_factors"),
           nb::arg("directions"), nb::arg("strains"))
      .def("features", &features, nb::arg("model"), nb::arg("threads"), nb::arg("first"),
           nb::arg("last"))
      .def("grades", &grades, nb::arg("model"), nb::arg("grader"), nb::arg("threads"), nb::arg("first"),
           nb::arg("last"))
      .def("linear_rows", &linear_rows, nb::arg("model"), nb::arg("threads"), nb::arg("first"),
           nb::arg("last"));
}
