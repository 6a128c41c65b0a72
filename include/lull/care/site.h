/* lull/care/site.h - what one clinic sets for itself: limits, strengths, pump, prices, signed rescue cards, crisis numbers.
 *
 * A YAML file given with --site. It may tighten limits, add missing ones and replace
 * proposed ones; it never loosens a verified limit (care/limits.h). */
#ifndef LULL_CARE_SITE_H
#define LULL_CARE_SITE_H

#include "lull/care/limits.h"
#include "lull/care/monitor.h"
#include "lull/care/pump.h"

LULL_BEGIN_C

struct lull_site_price {
	const char *id;    /* item of cost.yaml */
	double price;
};
struct lull_site_number {
	const char *name, *number;
};
struct lull_site_strength {
	int place, route;
	double mg_per_ml;
};

struct lull_site_file {
	const char *name, *medical_director;
	const char *currency;                       /* "USD"; needed with prices */
	struct lull_site_price *prices; size_t n_prices;
	struct lull_site_number *crisis; size_t n_crisis;
	struct lull_limit *limits; size_t n_limits;
	struct lull_site_strength *strengths; size_t n_strengths;
	double rate_increment_ml_per_h, rate_min_ml_per_h, rate_max_ml_per_h; /* NAN = as shipped */
	double syringe_increment_ml, prime_ml;
	double *bags_ml; size_t n_bags_ml;          /* 0 = as shipped */
	struct lull_vial *vials; size_t n_vials;
	struct lull_rescue_card *rescue; size_t n_rescue;
};
extern const struct lull_schema lull_site_schema;

/* LULL_EPARSE with diags when the file is not a site file. */
LULL_NODISCARD int lull_site_read(const char *bytes, size_t n, const char *file, struct lull_arena *arena,
				  struct lull_site_file *out, struct lull_diags *diags);

LULL_END_C

#endif
