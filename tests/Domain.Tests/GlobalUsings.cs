global using S3Auth.Substrate;
