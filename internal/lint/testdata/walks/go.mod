module cosmossdk.io

go 1.26
