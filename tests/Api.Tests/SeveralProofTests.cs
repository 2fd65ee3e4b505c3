using Microsoft.AspNetCore.Http;
using S3Auth.Api.Proofs;
using S3Auth.Application.Refusals;

namespace S3Auth.Api.Tests;

/// <summary>Requests with the headers of Tao v2 and of Epistula v2, and the header that only Epistula v2 has.</summary>
public sealed class SeveralProofTests
{
    private const string Path = "/get-folder-access";
    private const string Charlie = Accounts.CharlieAddress;

    private Service _service = null!;

    [OneTimeSetUp]
    public void OneTimeSetUp() => _service = new Service();

    [OneTimeTearDown]
    public void OneTimeTearDown() => _service.Dispose();

    [TestCase(false)]
    [TestCase(true)]
    public async Task Same_uuid_in_both_kinds_is_no_replay_of_itself_and_is_good_once_in_each(bool hasCommitment)
    {
        var body = hasCommitment ? System.Text.Json.JsonSerializer.Serialize(Service.FolderAccess()) : "{}";
        var (uuid, moment) = (Guid.NewGuid().ToString(), SignedHeaders.Now);
        Dictionary<string, string> Sign(SignedHeaders kind, string text, string signer = "//Bob") =>
            kind.Sign(text, uuid, signer, timestamp: moment);

        Assert.That(
            (await SendAsync(body, [.. Sign(SignedHeaders.Tao, body), .. Sign(SignedHeaders.Epistula, body)])).Status, Is.EqualTo(200));
        Assert.That((await SendAsync("{ }", Sign(SignedHeaders.Tao, "{ }"))).Code, Is.EqualTo("replayed_request"));
        Assert.That((await SendAsync("{ }", Sign(SignedHeaders.Epistula, "{ }"))).Code, Is.EqualTo("replayed_request"));
        Assert.That((await SendAsync("{ }", Sign(SignedHeaders.Epistula, "{ }", "//Charlie"))).Status, Is.EqualTo(200));
    }

    [Test]
    public async Task Every_proof_of_a_request_must_verify_and_be_of_one_hotkey()
    {
        var (tao, epistula) = (SignedHeaders.Tao.Sign("{}"), SignedHeaders.Epistula.Sign("{}"));

        Assert.Multiple(async () =>
        {
            Assert.That((await SendAsync("{}", [.. tao, .. SignedHeaders.Epistula.Sign("{ }")])).Code, Is.EqualTo("invalid_signature"));
            Assert.That((await SendAsync("{}", [.. SignedHeaders.Tao.Sign("{ }"), .. epistula])).Code, Is.EqualTo("invalid_signature"));
            foreach (var others in (IEnumerable<KeyValuePair<string, string>>[])
                [
                    [.. tao, .. SignedHeaders.Epistula.Sign("{}", signer: "//Charlie")],
                    [.. SignedHeaders.Tao.Sign("{}", signer: "//Charlie"), .. epistula],
                ])
            {
                var answer = await SendAsync("{}", others);
                Assert.That(answer.Json["errors"]!.AsObject().Select(error => error.Key), Is.EqualTo(new[] { "hotkey" }), answer.Text);
            }
        });
    }

    [Test]
    public async Task Incomplete_headers_of_one_kind_spoil_the_others()
    {
        foreach (var header in SignedHeaders.Epistula.Names)
        {
            var epistula = SignedHeaders.Epistula.Sign("{}");
            epistula.Remove(header);
            var answer = await SendAsync("{}", [.. SignedHeaders.Tao.Sign("{}"), .. epistula]);

            Assert.That(
                (answer.Status, answer.Json["errors"]!.AsObject().Single().Key), Is.EqualTo((400, header)));
        }

        foreach (var header in SignedHeaders.Tao.Names)
        {
            var tao = SignedHeaders.Tao.Sign("{}");
            tao.Remove(header);
            var answer = await SendAsync("{}", [.. tao, .. SignedHeaders.Epistula.Sign("{}")]);

            Assert.That(
                (answer.Status, answer.Json["errors"]!.AsObject().Single().Key), Is.EqualTo((400, header)));
        }

        var alone = await SendAsync("{}", [.. SignedHeaders.Tao.Sign("{}"), KeyValuePair.Create(SignedHeaders.SignedFor, Charlie)]);
        Assert.That(alone.Json["errors"]!.AsObject().Select(error => error.Key), Is.EquivalentTo(SignedHeaders.Epistula.Names));
    }

    [Test]
    public async Task Proof_of_one_kind_is_no_proof_of_the_other()
    {
        var (tao, epistula) = (SignedHeaders.Tao.Sign("{}"), SignedHeaders.Epistula.Sign("{}"));

        var (asEpistula, asTao) =
            (Rename(tao, SignedHeaders.Tao, SignedHeaders.Epistula), Rename(epistula, SignedHeaders.Epistula, SignedHeaders.Tao));

        Assert.That((await SendAsync("{}", asEpistula)).Code, Is.EqualTo("invalid_signature"));
        Assert.That((await SendAsync("{}", asTao)).Code, Is.EqualTo("invalid_signature"));
    }

    [Test]
    public async Task Receiver_is_signed_and_can_be_neither_changed_nor_added_nor_left_out()
    {
        var (none, named) = (SignedHeaders.Epistula.Sign("{}"), SignedHeaders.Epistula.Sign("{}", signedFor: Charlie));
        var without = named.Where(header => header.Key != SignedHeaders.SignedFor);
        KeyValuePair<string, string> Receiver(string value) => KeyValuePair.Create(SignedHeaders.SignedFor, value);
        (string What, IEnumerable<KeyValuePair<string, string>> Headers)[] altered =
        [
            ("left out", without),
            ("emptied", [.. without, Receiver("")]),
            ("changed", [.. without, Receiver(Accounts.BobAddress)]),
            ("added", [.. none, Receiver(Charlie)]),
        ];

        Assert.Multiple(async () =>
        {
            foreach (var (what, headers) in altered)
            {
                Assert.That((await SendAsync("{}", headers)).Code, Is.EqualTo("invalid_signature"), what);
            }

            Assert.That((await SendAsync("{}", named)).Status, Is.EqualTo(200));
            Assert.That((await SendAsync("{}", none)).Status, Is.EqualTo(200));
        });
    }

    // Read directly, because the test server drops headers without a value.
    [Test]
    public void Receiver_without_a_value_is_none()
    {
        var headers = new HeaderDictionary();
        foreach (var (name, value) in SignedHeaders.Epistula.Sign("{}", signedFor: ""))
        {
            headers[name] = value;
        }

        Assert.That(headers[SignedHeaders.SignedFor].Count, Is.EqualTo(1));
        var proof = ProofHeaderReader.Read(headers, "{}"u8).Single();

        Assert.That(proof.SignedFor, Is.Null);
        Assert.That(proof.Message.Text, Does.EndWith("."));
        headers[SignedHeaders.SignedFor] = new(["", ""]);
        Assert.That(() => ProofHeaderReader.Read(headers, "{}"u8), Throws.TypeOf<RefusedException>());
    }

    [TestCase("s3-auth.example.com")]
    [TestCase("None")]
    [TestCase("5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694tz")]
    [TestCase("15oF4uVJwmo4TdGW7VfQxNLavjCXviqxT9S1MgbjMNHr6Sp5")]
    [TestCase("\u00a05FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty")]
    [TestCase("5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty, 5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty")]
    public async Task Malformed_receiver_is_named(string value)
    {
        var answer = await SendAsync("{}", SignedHeaders.Epistula.Sign("{}", signedFor: value));

        Assert.That(answer.Status, Is.EqualTo(400), answer.Text);
        Assert.That(answer.Json["errors"]!.AsObject().Select(error => error.Key), Is.EqualTo(new[] { SignedHeaders.SignedFor }));
    }

    [TestCase(Charlie, Charlie)]
    [TestCase(Charlie, Accounts.BobAddress)]
    public async Task Repeated_receiver_is_refused(string first, string second)
    {
        var answer = await SendAsync(
            "{}", [.. SignedHeaders.Epistula.Sign("{}", signedFor: first), KeyValuePair.Create(SignedHeaders.SignedFor, second)]);

        Assert.That(answer.Status, Is.EqualTo(400), answer.Text);
        Assert.That(answer.Json["errors"]!.AsObject().Select(error => error.Key), Is.EqualTo(new[] { SignedHeaders.SignedFor }));
    }

    [Test]
    public async Task Secret_signatures_of_epistula_are_ignored()
    {
        KeyValuePair<string, string>[] secret =
            [.. Enumerable.Range(0, 3).Select(i => KeyValuePair.Create($"Epistula-Secret-Signature-{i}", "0x5a"))];

        Assert.That((await SendAsync("{}", [.. SignedHeaders.Epistula.Sign("{}"), .. secret])).Status, Is.EqualTo(200));
        Assert.That((await SendAsync("{}", secret)).Json["errors"]!.AsObject().Select(error => error.Key), Does.Contain("signature"));
    }

    private static Dictionary<string, string> Rename(Dictionary<string, string> headers, SignedHeaders from, SignedHeaders to) =>
        from.Names.Zip(to.Names).ToDictionary(pair => pair.Second, pair => headers[pair.First], StringComparer.Ordinal);

    private async Task<Answer> SendAsync(string body, IEnumerable<KeyValuePair<string, string>> headers)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Path, UriKind.Relative)) { Content = content };
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var client = _service.CreateClient();
        using var response = await client.SendAsync(request);
        return await Answer.ReadAsync(response);
    }
}
