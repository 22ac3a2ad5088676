package controls

// Schemas returns the JSON Schemas of the kinds that the control reads, by
// kind, as the library's layers brought them: what a pack carries beside Files,
// so that the control compiles elsewhere as it did here.
func (c *Control) Schemas() map[string][]byte {
	carried := map[string][]byte{}
	for _, kind := range c.kinds() {
		if b, ok := c.schemas[kind]; ok {
			carried[kind] = b
		}
	}
	return carried
}
