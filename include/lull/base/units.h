/* lull/base/units.h - conversions, each once, named by both ends.
 * Inside core: h, mg, L, kg; convert at the edges. */
#ifndef LULL_BASE_UNITS_H
#define LULL_BASE_UNITS_H

static inline double lull_ng_per_ml_from_mg_per_l(double mg_per_l) { return mg_per_l * 1000.0; }
static inline double lull_mg_per_l_from_ng_per_ml(double ng_per_ml) { return ng_per_ml / 1000.0; }
static inline double lull_h_from_min(double min) { return min / 60.0; }
static inline double lull_min_from_h(double h) { return h * 60.0; }
static inline double lull_h_from_day(double day) { return day * 24.0; }
static inline double lull_day_from_h(double h) { return h / 24.0; }
static inline double lull_mcg_per_kg_per_min_from_mg_per_kg_per_h(double mg) { return mg * 1000.0 / 60.0; }

/* International avoirdupois pound and inch, exact by definition. */
static inline double lull_kg_from_lb(double lb) { return lb * 0.45359237; }
static inline double lull_cm_from_inch(double inch) { return inch * 2.54; }

#endif
