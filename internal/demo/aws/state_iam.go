package aws

func (s *Server) iam(c *call) response {
	if resp, ok := s.iamIdentities(c); ok {
		return resp
	}
	return c.unknownOperation()
}
