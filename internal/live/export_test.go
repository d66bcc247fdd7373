package live

// TellZones tells what waits to be told of zones, as Run does beside the turns.
func TellZones(n *Node) { n.zones.tell(anything) }
