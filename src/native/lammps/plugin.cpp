// SPDX-License-Identifier: GPL-2.0-only
// Entry point of the LAMMPS plugin: registers the pair styles.
#include "pair_mtp.h"
#include "pair_mtp_extrapolation.h"

#include "lammps.h"

extern "C" {

// LAMMPS' plugin interface (its lammpsplugin.h is not installed with the library).
typedef void *(lammpsplugin_factory1)(void *);
typedef void *(lammpsplugin_factory2)(void *, int, char **);

typedef struct {
  const char *version;
  const char *style;
  const char *name;
  const char *info;
  const char *author;
  union {
    lammpsplugin_factory1 *v1;
    lammpsplugin_factory2 *v2;
  } creator;
  void *handle;
} lammpsplugin_t;

typedef void (*lammpsplugin_regfunc)(lammpsplugin_t *, void *);

static void *create_pair_mtp(void *lmp) {
  return new LAMMPS_NS::PairMTP(static_cast<LAMMPS_NS::LAMMPS *>(lmp));
}

static void *create_pair_mtp_extrapolation(void *lmp) {
  return new LAMMPS_NS::PairMTPExtrapolation(static_cast<LAMMPS_NS::LAMMPS *>(lmp));
}

__attribute__((visibility("default"))) void lammpsplugin_init(void *lmp, void *handle,
                                                              void *regfunc) {
  const auto register_plugin = reinterpret_cast<lammpsplugin_regfunc>(regfunc);
  lammpsplugin_t plugin;
  plugin.version = ARGYRODITE_LAMMPS_VERSION;
  plugin.style = "pair";
  plugin.author = "the atomate2-argyrodite developers";
  plugin.handle = handle;
  plugin.name = "mtp";
  plugin.info = "moment tensor potential (atomate2-argyrodite)";
  plugin.creator.v1 = &create_pair_mtp;
  (*register_plugin)(&plugin, lmp);
  plugin.name = "mtp/extrapolation";
  plugin.info = "moment tensor potential with extrapolation grades (atomate2-argyrodite)";
  plugin.creator.v1 = &create_pair_mtp_extrapolation;
  (*register_plugin)(&plugin, lmp);
}
}
