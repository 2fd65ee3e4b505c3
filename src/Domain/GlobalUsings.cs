global using System.Diagnostics.CodeAnalysis;
global using S3Auth.S3;
global using S3Auth.Substrate;
