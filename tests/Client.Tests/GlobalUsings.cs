global using System.Net;
global using System.Text;
global using S3Auth.Client.Downloads;
global using S3Auth.Client.Generated;
global using S3Auth.Client.Requests;
global using S3Auth.Client.Stores;
global using S3Auth.Client.Uploads;
global using S3Auth.Substrate;
