#:project ../../src/Substrate/Substrate.csproj

// Signs a request to S3Auth. With a commitment, prints the request's JSON body:
//
//   dotnet run docs/examples/sign.cs folder-access KEY COLDKEY [SOURCE]          for /get-folder-access
//   dotnet run docs/examples/sign.cs file-upload KEY COLDKEY FILE-NAME SIZE      for /get-file-upload-url
//   dotnet run docs/examples/sign.cs my-files KEY COLDKEY                        for /list-my-files
//   dotnet run docs/examples/sign.cs validator-access KEY                        for /get-validator-access
//   dotnet run docs/examples/sign.cs miner-access KEY MINER-COLDKEY              for /list-files, /get-miner-specific-access
//                                                                               and /get-miner-list
//   dotnet run docs/examples/sign.cs folder-urls KEY                             for /get-folder-presigned-urls
//   dotnet run docs/examples/sign.cs file-urls KEY MINER-COLDKEY FILE-KEY...     for /get-file-presigned-urls
//
// With Tao v2 or Epistula v2 headers, for any of them, prints the headers that go with a body (a file), as curl -H @FILE reads them:
//
//   dotnet run docs/examples/sign.cs headers KEY BODY-FILE                       Tao v2
//   dotnet run docs/examples/sign.cs epistula-headers KEY BODY-FILE              Epistula v2
//
// The server is $S3AUTH_SERVER, else http://localhost:8000: its host goes into the request as "audience", so that no other server can use
// it. A body that goes with headers needs the same member; the server then reads it as part of what is signed.
//
// KEY is a development key such as //Bob, or the name of a file that holds a hotkey's mnemonic or 0x-seed. COLDKEY is the SS58
// address that owns the hotkey, or the development key it belongs to (//Bob//cold). Never put a real secret on a command line.
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using S3Auth.Substrate;

const string Usage =
    "usage: sign.cs folder-access KEY COLDKEY [SOURCE] | file-upload KEY COLDKEY FILE-NAME SIZE | my-files KEY COLDKEY | "
    + "validator-access KEY | miner-access KEY MINER-COLDKEY | folder-urls KEY | file-urls KEY MINER-COLDKEY FILE-KEY... | headers "
    + "KEY BODY-FILE | epistula-headers KEY BODY-FILE";

if (args is not (["folder-access", _, _] or ["folder-access", _, _, _] or ["file-upload", _, _, _, _] or ["my-files", _, _]
    or ["validator-access", _] or ["miner-access", _, _] or ["folder-urls", _] or ["file-urls", _, _, _, ..] or ["headers", _, _]
    or ["epistula-headers", _, _]))
{
    Console.Error.WriteLine(Usage);
    return 2;
}

using var hotkey = KeyPair.FromUri(args[1].StartsWith("//", StringComparison.Ordinal) ? args[1] : File.ReadAllText(args[1]).Trim());
if (args[0] is "headers" or "epistula-headers")
{
    PrintHeaders(File.ReadAllBytes(args[2]), isEpistula: args[0] == "epistula-headers");
    return 0;
}

// The host, and the port unless it is 443.
var server = new Uri(Environment.GetEnvironmentVariable("S3AUTH_SERVER") is { Length: > 0 } address ? address : "http://localhost:8000");
var audience = server.Port == 443 ? server.Host : $"{server.Host}:{server.Port}";

var timestamp = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
var body = new JsonObject { ["hotkey"] = hotkey.AccountId.ToString(), ["timestamp"] = timestamp, ["audience"] = audience };

switch (args[0])
{
    case "folder-access":
        SignAsMiner();
        if (args.Length > 3)
        {
            body["source"] = args[3];
        }

        break;

    case "file-upload":
        SignAsMiner();
        body["filename"] = args[3];
        body["size"] = long.Parse(args[4], CultureInfo.InvariantCulture);
        break;

    case "my-files":
        SignAsMiner();
        break;

    case "validator-access":
        body["signature"] = Sign($"s3:validator:access:{timestamp}");
        break;

    case "miner-access":
        body["miner_coldkey"] = AddressOf(args[2]).ToString();
        body["signature"] = Sign($"s3:validator:miner:{AddressOf(args[2])}:{timestamp}");
        break;

    case "folder-urls":
        body["signature"] = Sign($"s3:validator:folders:{hotkey.AccountId}:{timestamp}");
        break;

    case "file-urls":
        body["miner_coldkey"] = AddressOf(args[2]).ToString();
        body["file_keys"] = new JsonArray([.. args[3..].Select(key => JsonValue.Create(key))]);
        body["signature"] = Sign($"s3:validator:files:{AddressOf(args[2])}:{hotkey.AccountId}:{timestamp}");
        break;
}

Console.WriteLine(body.ToJsonString());
return 0;

void SignAsMiner()
{
    var coldkey = AddressOf(args[2]);
    body["coldkey"] = coldkey.ToString();
    body["signature"] = Sign($"s3:data:access:{coldkey}:{hotkey.AccountId}:{timestamp}");
}

// The signature is over the bytes that are sent, whatever they are.
void PrintHeaders(byte[] bytes, bool isEpistula)
{
    var nonce = Guid.NewGuid();
    var milliseconds = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
    var text = $"{Convert.ToHexStringLower(SHA256.HashData(bytes))}.{nonce}.{milliseconds}";
    if (isEpistula)
    {
        // The text ends with the value of Epistula-Signed-For, which these headers leave out.
        Console.WriteLine("Epistula-Version: 2");
        Console.WriteLine($"Epistula-Timestamp: {milliseconds}");
        Console.WriteLine($"Epistula-Uuid: {nonce}");
        Console.WriteLine($"Epistula-Signed-By: {hotkey.AccountId}");
        Console.WriteLine($"Epistula-Request-Signature: {hotkey.Sign(Encoding.UTF8.GetBytes(text + "."))}");
        return;
    }

    Console.WriteLine("X-Tao-Version: 2");
    Console.WriteLine($"X-Tao-Timestamp: {milliseconds}");
    Console.WriteLine($"X-Tao-Nonce: {nonce}");
    Console.WriteLine($"X-Tao-Signed-By: {hotkey.AccountId}");
    Console.WriteLine($"X-Tao-Signature: {Convert.ToBase64String(hotkey.Sign(Encoding.UTF8.GetBytes(text)).ToBytes())}");
}

string Sign(string commitment) => hotkey.Sign(Encoding.UTF8.GetBytes($"{commitment}:{audience}")).ToString();

static AccountId AddressOf(string coldkey)
{
    if (!coldkey.StartsWith("//", StringComparison.Ordinal))
    {
        return AccountId.Parse(coldkey);
    }

    using var pair = KeyPair.FromUri(coldkey);
    return pair.AccountId;
}
