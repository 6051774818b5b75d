package access

import (
	"errors"
	"log/slog"
	"net/http"

	"github.com/veilhash/veilhash/server/problem"
)

// Problem is what a request is answered that an authority has refused with err.
func Problem(err error) problem.Problem {
	if errors.Is(err, ErrForbidden) {
		return problem.Forbidden
	}
	return problem.Unauthorized
}

// Guard lets requests through to next that an authority grants a scope, and answers the others. A nil log means none.
func Guard(a Authority, scope Scope, log *slog.Logger, next http.Handler) http.Handler {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		grant, err := a.Authorize(r, scope)
		if err != nil {
			p := Problem(err)
			log.InfoContext(r.Context(), "request refused", "app", grant.App, "scope", scope, "code", p.Code, "reason", err)
			p.Write(w)
			return
		}
		next.ServeHTTP(w, r)
	})
}
