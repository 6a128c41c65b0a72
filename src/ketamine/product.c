/* Names of products and routes; salt to base and back. */
#include "lull/ketamine/product.h"

#include <stddef.h>

const char *const lull_product_names[] = { "racemic_ketamine", "esketamine", NULL };
const char *const lull_route_names[] = { "iv", "nasal", "im", "sc", "oral", NULL };

double lull_base_mg_from_hcl_mg(double hcl_mg)
{
	return hcl_mg * (LULL_KETAMINE_BASE_G_PER_MOL / LULL_KETAMINE_HCL_G_PER_MOL);
}

double lull_hcl_mg_from_base_mg(double base_mg)
{
	return base_mg * (LULL_KETAMINE_HCL_G_PER_MOL / LULL_KETAMINE_BASE_G_PER_MOL);
}
