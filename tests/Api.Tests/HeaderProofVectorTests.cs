using Microsoft.AspNetCore.Http;
using S3Auth.Api.Proofs;

namespace S3Auth.Api.Tests;

/// <summary>
/// Proofs in headers that another implementation made: tests/EndToEnd.Tests/Clients/node/make-header-proofs.mjs, with the library that
/// wallets use.
/// </summary>
public sealed class HeaderProofVectorTests
{
    private static readonly IReadOnlyList<JsonNode> Vectors =
        [.. RepositoryFiles.Read("tests/Api.Tests/Vectors/header-proofs.jsonl").Trim().Split('\n').Select(line => JsonNode.Parse(line)!)];

    [TestCase("X-Tao-Version")]
    [TestCase("Epistula-Version")]
    public void Proof_of_another_implementation_verifies(string header)
    {
        var vectors = Vectors.Where(vector => vector["headers"]![header] is not null).ToList();
        Assert.That(vectors, Has.Count.EqualTo(210));

        foreach (var vector in vectors)
        {
            using var signer = KeyPair.FromUri((string)vector["uri"]!);
            var proof = ProofHeaderReader.Read(HeadersOf(vector), BodyOf(vector)).Single();

            Assert.Multiple(() =>
            {
                Assert.That(proof.Message.Text, Is.EqualTo((string?)vector["text"]));
                Assert.That(proof.SignedBy, Is.EqualTo(signer.AccountId));
                Assert.That(Verifies(proof), Is.True, vector.ToJsonString());
                Assert.That(
                    proof.SignedFor is { } receiver ? $"{receiver}" : null,
                    Is.EqualTo((string?)vector["headers"]![SignedHeaders.SignedFor]));
            });
        }
    }

    [Test]
    public void Proof_of_another_implementation_verifies_for_nothing_else()
    {
        foreach (var vector in Vectors.Where((_, index) => index % 6 < 2))
        {
            var (headers, body) = (HeadersOf(vector), BodyOf(vector));
            var nonce = headers.Keys.Single(name => name is "X-Tao-Nonce" or "Epistula-Uuid");
            var timestamp = headers.Keys.Single(name => name.EndsWith("Timestamp", StringComparison.Ordinal));
            var signedBy = headers.Keys.Single(name => name.EndsWith("Signed-By", StringComparison.Ordinal));

            Assert.That(Verifies(ProofHeaderReader.Read(headers, [.. body, (byte)' ']).Single()), Is.False);
            foreach (var (name, value) in (ValueTuple<string, string>[])
                [(nonce, $"{Guid.NewGuid()}"), (timestamp, "1795500000001"), (signedBy, Accounts.EveAddress)])
            {
                var changed = HeadersOf(vector);
                changed[name] = value;
                Assert.That(Verifies(ProofHeaderReader.Read(changed, body).Single()), Is.False, name);
            }

            if (nonce == "Epistula-Uuid")
            {
                var changed = HeadersOf(vector);
                changed[SignedHeaders.SignedFor] = Accounts.EveAddress;
                Assert.That(Verifies(ProofHeaderReader.Read(changed, body).Single()), Is.False, SignedHeaders.SignedFor);
            }
        }
    }

    private static bool Verifies(HeaderProof proof) =>
        Sr25519.Verify(proof.SignedBy, Encoding.UTF8.GetBytes(proof.Message.Text), proof.Signature);

    private static byte[] BodyOf(JsonNode vector) => Convert.FromHexString((string)vector["body"]!);

    private static HeaderDictionary HeadersOf(JsonNode vector)
    {
        var headers = new HeaderDictionary();
        foreach (var (name, value) in vector["headers"]!.AsObject())
        {
            headers[name] = (string?)value;
        }

        return headers;
    }
}
