#:project s3auth/src/Client
#:property PublishAot=false
// Subnet <<netuid>> on <<network>>: files of miners are in <<structure>>
using S3Auth.Client;
using S3Auth.Client.Downloads;
using S3Auth.Substrate;

var wallet = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".bittensor/wallets/default");
using var hotkey = KeyFile.Read(File.ReadAllBytes(Path.Combine(wallet, "hotkeys/default")));

// Signs each request, retries transient errors, and verifies what it downloads.
using var client = new S3AuthClient(new Uri("<<server>>"), hotkey);
var reader = client.CreateReader();
foreach (var miner in await reader.ListMinersAsync())
{
    await foreach (var file in reader.ListAsync(FileOwner.<<miner_factory>>(AccountId.Parse(miner.Id))))
    {
        // Miners choose their keys. LocalName makes a safe path of a key. A key that no URL can express has no download URL.
        var place = Path.Combine("data", LocalName.Of(file, out _));
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(place)!);
            await reader.DownloadAsync(file, place);
            Console.WriteLine($"{place} {file.Size}");
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            Console.WriteLine($"{place} failed: {failure.GetType().Name}");
        }
    }
}
