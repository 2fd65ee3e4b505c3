global using S3Auth.Substrate.Interop;
global using S3Auth.Substrate.Transcript;
