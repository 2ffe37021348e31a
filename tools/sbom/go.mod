module github.com/imochain/imod/tools/sbom

go 1.26.5
