package sealed

import "iter"

// ahead yields what all yields, while all is already at what comes next: two
// processors read and decompress, and sort, at a time. What waits in between is a
// few chunks, whatever their number of elements, of chunkBytes and an element.
func ahead(all iter.Seq2[Sighting, error]) iter.Seq2[Sighting, error] {
	type chunk struct {
		list []Sighting
		err  error // stands after the list
	}
	return func(yield func(Sighting, error) bool) {
		chunks, stop, stopped := make(chan chunk, 2), make(chan struct{}), make(chan struct{})
		go func() {
			defer close(stopped)
			defer close(chunks)
			var c chunk
			size := 0
			hand := func() bool {
				select {
				case chunks <- c:
					c, size = chunk{}, 0
					return true
				case <-stop:
					return false
				}
			}
			for s, err := range all {
				if c.err = err; err == nil {
					c.list = append(c.list, s)
					size += len(s.Record.Body)
				}
				if (err != nil || size >= chunkBytes) && !hand() || err != nil {
					return
				}
			}
			hand()
		}()
		defer func() { <-stopped }()
		defer close(stop)
		for c := range chunks {
			for _, s := range c.list {
				if !yield(s, nil) {
					return
				}
			}
			if c.err != nil {
				yield(Sighting{}, c.err)
				return
			}
		}
	}
}

const chunkBytes = 512 << 10
