global using System.Buffers.Binary;
global using System.Security.Cryptography;
global using S3Auth.Substrate.Interop;
global using S3Auth.Substrate.Transcript;
