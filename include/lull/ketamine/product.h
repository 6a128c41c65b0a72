/* lull/ketamine/product.h - which drug a milligram is of: racemate or esketamine, base or hydrochloride.
 *
 * Every dose, vial, bag and limit names product, salt basis and concentration
 * (safety.md). Inside Lull doses are mg of base; no conversion across products exists. */
#ifndef LULL_KETAMINE_PRODUCT_H
#define LULL_KETAMINE_PRODUCT_H

#include "lull/base/code.h"

LULL_BEGIN_C

enum lull_product { LULL_RACEMIC_KETAMINE, LULL_ESKETAMINE, LULL_N_PRODUCTS };
extern const char *const lull_product_names[]; /* "racemic_ketamine", "esketamine", NULL */

enum lull_route { LULL_ROUTE_IV, LULL_ROUTE_NASAL, LULL_ROUTE_IM, LULL_ROUTE_SC, LULL_ROUTE_ORAL, LULL_N_ROUTES };
extern const char *const lull_route_names[]; /* "iv", "nasal", "im", "sc", "oral", NULL */

/* Molar masses, g/mol (facts pharmacology, head; interop 2.3): base over hydrochloride = 0.867. */
#define LULL_KETAMINE_BASE_G_PER_MOL 237.73
#define LULL_KETAMINE_HCL_G_PER_MOL 274.19

double lull_base_mg_from_hcl_mg(double hcl_mg);
double lull_hcl_mg_from_base_mg(double base_mg);

LULL_END_C

#endif
