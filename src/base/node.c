/* Node trees; see node.h. */
#include "lull/base/node.h"

#include <string.h>

const struct lull_node *lull_node_get(const struct lull_node *map, const char *key)
{
	if (!map || map->kind != LULL_NODE_MAP)
		return NULL;
	for (const struct lull_node *child = map->first; child; child = child->next)
		if (strcmp(child->key, key) == 0)
			return child;
	return NULL;
}
