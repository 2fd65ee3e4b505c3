#:project ../../src/Substrate/Substrate.csproj

// Signs a request to S3Auth and prints its JSON body:
//
//   dotnet run docs/examples/sign.cs folder-access KEY COLDKEY [SOURCE]
//   dotnet run docs/examples/sign.cs validator-access KEY
//
// KEY is a development key such as //Bob, or the name of a file that holds a hotkey's mnemonic or 0x-seed. COLDKEY is the SS58
// address that owns the hotkey, or the development key it belongs to (//Bob//cold). Never put a real secret on a command line.
using System.Text;
using S3Auth.Substrate;

if (args is not ([ "folder-access", _, _ ] or [ "folder-access", _, _, _ ] or [ "validator-access", _ ]))
{
    Console.Error.WriteLine("usage: sign.cs folder-access KEY COLDKEY [SOURCE] | validator-access KEY");
    return 2;
}

using var hotkey = KeyPair.FromUri(args[1].StartsWith("//", StringComparison.Ordinal) ? args[1] : File.ReadAllText(args[1]).Trim());
var timestamp = DateTimeOffset.UtcNow.ToUnixTimeSeconds();

if (args[0] == "folder-access")
{
    var coldkey = AddressOf(args[2]);
    var signature = hotkey.Sign(Encoding.UTF8.GetBytes($"s3:data:access:{coldkey}:{hotkey.AccountId}:{timestamp}"));
    var source = args.Length > 3 ? $", \"source\": \"{args[3]}\"" : "";
    Console.WriteLine($$"""{"coldkey": "{{coldkey}}", "hotkey": "{{hotkey.AccountId}}", "timestamp": {{timestamp}}, "signature": "{{signature}}"{{source}}}""");
}
else
{
    var signature = hotkey.Sign(Encoding.UTF8.GetBytes($"s3:validator:access:{timestamp}"));
    Console.WriteLine($$"""{"hotkey": "{{hotkey.AccountId}}", "timestamp": {{timestamp}}, "signature": "{{signature}}"}""");
}

return 0;

static AccountId AddressOf(string coldkey)
{
    if (!coldkey.StartsWith("//", StringComparison.Ordinal))
    {
        return AccountId.Parse(coldkey);
    }

    using var pair = KeyPair.FromUri(coldkey);
    return pair.AccountId;
}
