global using S3Auth.Domain;
global using S3Auth.Substrate;
global using S3Auth.Testing.Chain;
global using S3Auth.Testing.Containers;
