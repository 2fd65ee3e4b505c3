#:project ../../src/Substrate/Substrate.csproj

// Signs a request to S3Auth and prints its JSON body:
//
//   dotnet run docs/examples/sign.cs folder-access KEY COLDKEY [SOURCE]
//   dotnet run docs/examples/sign.cs validator-access KEY
//   dotnet run docs/examples/sign.cs file-urls KEY MINER-COLDKEY FILE-KEY...
//
// KEY is a development key such as //Bob, or the name of a file that holds a hotkey's mnemonic or 0x-seed. COLDKEY is the SS58
// address that owns the hotkey, or the development key it belongs to (//Bob//cold). Never put a real secret on a command line.
using System.Text;
using System.Text.Json.Nodes;
using S3Auth.Substrate;

if (args is not (["folder-access", _, _] or ["folder-access", _, _, _] or ["validator-access", _] or ["file-urls", _, _, _, ..]))
{
    Console.Error.WriteLine("usage: sign.cs folder-access KEY COLDKEY [SOURCE] | validator-access KEY | file-urls KEY MINER-COLDKEY FILE-KEY...");
    return 2;
}

using var hotkey = KeyPair.FromUri(args[1].StartsWith("//", StringComparison.Ordinal) ? args[1] : File.ReadAllText(args[1]).Trim());
var timestamp = DateTimeOffset.UtcNow.ToUnixTimeSeconds();

var body = new JsonObject { ["hotkey"] = hotkey.AccountId.ToString(), ["timestamp"] = timestamp };

switch (args[0])
{
    case "folder-access":
        var coldkey = AddressOf(args[2]);
        body["coldkey"] = coldkey.ToString();
        body["signature"] = Sign($"s3:data:access:{coldkey}:{hotkey.AccountId}:{timestamp}");
        if (args.Length > 3)
        {
            body["source"] = args[3];
        }

        break;

    case "validator-access":
        body["signature"] = Sign($"s3:validator:access:{timestamp}");
        break;

    case "file-urls":
        var miner = AddressOf(args[2]);
        body["miner_coldkey"] = miner.ToString();
        body["file_keys"] = new JsonArray([.. args[3..].Select(key => JsonValue.Create(key))]);
        body["signature"] = Sign($"s3:validator:files:{miner}:{hotkey.AccountId}:{timestamp}");
        break;
}

Console.WriteLine(body.ToJsonString());
return 0;

string Sign(string commitment) => hotkey.Sign(Encoding.UTF8.GetBytes(commitment)).ToString();

static AccountId AddressOf(string coldkey)
{
    if (!coldkey.StartsWith("//", StringComparison.Ordinal))
    {
        return AccountId.Parse(coldkey);
    }

    using var pair = KeyPair.FromUri(coldkey);
    return pair.AccountId;
}
