global using System.Text.RegularExpressions;
global using S3Auth.Api;
global using S3Auth.Api.Configuration;
global using S3Auth.Deploy.Tests.Containers;
global using S3Auth.Substrate;
