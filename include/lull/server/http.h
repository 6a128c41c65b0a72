/* lull/server/http.h - requests, answers, routes and live streams; the only view of HTTP that resources have.
 *
 * One route table (routes.c), one file a resource (res_<name>.c). A handler gets a parsed, size-limited request and
 * fills an answer; it runs on a bounded worker pool with the connection suspended unless its route says `quick`. The
 * library underneath is seen by src/server/http*.c alone. Bodies are JSON; errors are problem+json with field paths. */
#ifndef LULL_SERVER_HTTP_H
#define LULL_SERVER_HTTP_H

#include <jansson.h>
#include "lull/base/err.h"
#include "lull/base/mem.h"
#include "lull/base/text.h"

LULL_BEGIN_C

struct lull_server;  /* options, record, knowledge, accounts, hub: server/server.h */
struct lull_reader;  /* the worker's own reader of the record (store/record.h)      */

enum lull_method { LULL_GET, LULL_POST, LULL_PUT, LULL_PATCH, LULL_DELETE };

/* Who asks; filled before the handler by auth.c from cookie and CSRF header. */
struct lull_who {
	const char *user;        /* user id, or link id for a patient's link; NULL = nobody  */
	const char *name;
	uint32_t roles;          /* bits of clinic/roles.h                                */
	const char *patient;     /* the own patient of a link                             */
	const char *session;     /* hash of the session                                   */
	bool has_totp;           /* this session passed the second factor                 */
};

enum { LULL_PATH_VARS = 4 };
struct lull_request {
	struct lull_server *server;
	struct lull_reader *reader;
	struct lull_arena *arena;       /* lives until the answer is sent                   */
	const struct lull_route *route;
	const char *path, *query;
	const char *vars[LULL_PATH_VARS]; /* {id}, .. in order                              */
	json_t *body;                   /* parsed; NULL without body                        */
	struct lull_bytes_view { const char *data; size_t n; } raw;
	struct lull_who who;
	int64_t now_ms;                 /* the server's clock, read once                    */
	const char *origin;             /* address, for throttle and audit                  */
	const char *if_match, *if_none_match, *idempotency_key;
};

struct lull_answer_http {
	int status;                     /* 0 = 200                                          */
	struct lull_buf body;           /* JSON unless content_type                         */
	const char *content_type;
	const char *etag;               /* without quotes                                   */
	const char *location, *set_cookie, *set_cookie2, *retry_after;
};

/* A handler returns LULL_OK with the answer filled, or a code with err filled: the server makes the problem+json
 * (EDOMAIN, EPARSE 422/400, ENOTFOUND 404, EDENIED 403, ECONFLICT 409 or 412, EIO 503, ENOMEM 503). */
typedef int lull_handler_fn(struct lull_request *request, struct lull_answer_http *answer, struct lull_err *err);

struct lull_route {
	enum lull_method method;
	const char *path;               /* "/api/v1/patients/{patient}/diary/{date}"        */
	const char *operation;          /* operationId in the OpenAPI file                  */
	const char *action;             /* of clinic/roles.h; NULL = open to everybody      */
	lull_handler_fn *handler;
	bool quick;                     /* no disk, no hash, no simulation: answered on the event loop */
	size_t max_body;                /* 0 = 64 KiB                                       */
};
extern const struct lull_route lull_routes[]; /* ended by path == NULL */

/* A query value decoded into the arena, or NULL. */
const char *lull_query(struct lull_request *request, const char *name);

LULL_END_C

#endif
