module runner

go 1.25.0
