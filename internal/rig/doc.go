// Package rig is what the benchmark of ingest and the soak test share: a real set whose vouchers cost little ([Set]), processes of the veilhash command that can be measured
// and killed ([Process]), PostgreSQL of their own ([Host]), and load over HTTP that leaves the processors to the server ([Client]).
package rig
