global using S3Auth.Tests;
