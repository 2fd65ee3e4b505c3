global using System.Text.Json.Nodes;
global using S3Auth.Api.Configuration;
global using S3Auth.Deploy.Tests;
