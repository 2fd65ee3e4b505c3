global using System.Text.RegularExpressions;
global using S3Auth.Api;
global using S3Auth.Api.Configuration;
global using S3Auth.Substrate;
global using S3Auth.Testing.Containers;
