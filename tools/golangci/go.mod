module github.com/imochain/imod/tools/golangci

go 1.26.5

require github.com/golangci/golangci-lint/v2 v2.12.2
