package graph

import (
	"encoding/json"
	"net/http"
	"strings"
)

// failure is an answer of Graph's that refuses a request.
type failure struct {
	status        int
	code, message string
	header        http.Header
}

func (f *failure) Error() string { return f.code + ": " + f.message }

func refuse(status int, code, message string) *failure {
	return &failure{status: status, code: code, message: message}
}

func badRequest(message string) *failure {
	return refuse(http.StatusBadRequest, "BadRequest", message)
}

// notFound is a path, or a thing, that does not exist.
func notFound(segment string) *failure {
	return refuse(http.StatusBadRequest, "BadRequest", "Resource not found for the segment '"+segment+"'.")
}

func noResource(id string) *failure {
	return refuse(http.StatusNotFound, "Request_ResourceNotFound", "Resource '"+id+"' does not exist or one of its queried reference-property objects are not present.")
}

// fail answers with Graph's error body.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, f *failure) {
	for name, values := range f.header {
		w.Header()[name] = values
	}
	asked := r.Header.Get("client-request-id")
	if asked == "" {
		asked = w.Header().Get("request-id")
	}
	w.WriteHeader(f.status)
	send(w, Object{"error": Object{"code": f.code, "message": f.message, "innerError": Object{
		"date": strings.TrimSuffix(stampText(s.opt.Now()), "Z"), "request-id": w.Header().Get("request-id"), "client-request-id": asked,
	}}})
}

func send(w http.ResponseWriter, v any) {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(v) // the client may have gone
}
