#:project s3auth/src/Client
#:property PublishAot=false
// Subnet <<netuid>> on <<network>>: your files go to <<structure>>
using S3Auth.Client;
using S3Auth.Client.Uploads;
using S3Auth.Substrate;

var wallet = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".bittensor/wallets/default");
using var hotkey = KeyFile.Read(File.ReadAllBytes(Path.Combine(wallet, "hotkeys/default")));
var coldkey = KeyFile.ReadAddress(File.ReadAllBytes(Path.Combine(wallet, "coldkeypub.txt")));

// Signs each request, retries transient errors, and renews a grant before it expires.
using var client = new S3AuthClient(new Uri("<<server>>"), hotkey);
var uploader = client.CreateUploader(coldkey);
var file = FileToUpload.FromFile(new FileInfo("data.parquet"), "data.parquet")<<source_or_job_property>>;
var stored = await uploader.UploadAsync(file);
Console.WriteLine($"stored {stored.Key}");
