global using System.Buffers;
global using System.Globalization;
global using System.Security.Cryptography;
global using System.Text;
global using Microsoft.AspNetCore.Http;
global using S3Auth.S3;
