namespace S3Auth.EndToEnd.Tests.Cases.Miners;

/// <summary>A proof in headers is valid for one body, one signer and one time, and for nothing else.</summary>
[TestFixtureSource(typeof(Deployments), nameof(Deployments.OneStoreWithHeaders))]
internal sealed class SignedHeaderTests(StoreKind store, FolderLayoutKind layout, ProofKind kind) : DeploymentFixture(store, layout)
{
    private static Account Validator => Subnet.Validator.Hotkey;

    private readonly ProofHeaderNames _names = ProofHeaderNames.Of(kind);

    [Test]
    public async Task Every_signed_endpoint_is_opened_by_headers_alone()
    {
        foreach (var call in EveryCall(Deployment.NextMiner()))
        {
            var answer = await Client.SendAsync(call, kind);

            Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.OK), $"{call.Path} {answer}");
        }
    }

    [Test]
    public async Task Every_signed_endpoint_answers_both_proofs_alike()
    {
        foreach (var call in EveryCall(Deployment.NextMiner()))
        {
            var (committed, bare) = (await Client.SendAsync(call), await Client.SendAsync(call, kind));

            Assert.That(bare.Json.Select(one => one.Key), Is.EqualTo(committed.Json.Select(one => one.Key)), call.Path);
        }
    }

    [Test]
    public async Task Headers_open_the_signers_own_folder()
    {
        var miner = Deployment.NextMiner();

        var access = ServiceClient.Read<FolderAccess>(await PostAsync(miner.Hotkey, ServiceClient.FolderAccessPath, "{}"));

        Assert.That(access.Folder, Is.EqualTo(Deployment.FolderOf(miner)));
        Assert.That((await FormUpload.Of(access.Grant, Deployment.PathOf("file.bin"), Bytes(2000)).SendAsync()).Accepted);
    }

    [Test]
    public async Task Body_is_hashed_as_it_was_written()
    {
        var (owner, member) = (Deployment.OwnerOf(Deployment.NextMiner()), Deployment.OwnerMember);
        var escaped = string.Concat(owner.Select(c => string.Create(CultureInfo.InvariantCulture, $"\\u{(int)c:X4}")));
        string[] bodies =
        [
            $"{{\"{member}\":\"{owner}\",\"limit\":5}}",
            $"{{\"limit\":5,\"{member}\":\"{owner}\"}}",
            $" \t\r\n{{ \"limit\" : 5 ,\r\n\t\"{member}\"\t: \"{owner}\" }} \n\n",
            $"{{\"{member}\":\"{escaped}\"}}\n",
            $"{{\"\\u006Cimit\":1,\"{member}\":\"{owner}\",\"prefix\":\"a\\/b\\u00e4\\ud83d\\ude42\"}}",
            $"{{\"{member}\":\"{owner}\",\"prefix\":\"größe 数据 🙂\",\"unknown\":{{\"1\":[1.50e+3,-0,null,true]}}}}",
        ];

        foreach (var body in bodies)
        {
            Assert.That((await PostAsync(Validator, ServiceClient.FilesPath, body)).Status, Is.EqualTo(HttpStatusCode.OK), body);
        }

        foreach (var body in (string[])["{}", " {}", "{ }", "{}\n", "{}\r\n", "\n\n{\n\n}\n\n"])
        {
            Assert.That((await PostAsync(Validator, ServiceClient.ValidatorAccessPath, body)).Status, Is.EqualTo(HttpStatusCode.OK), body);
        }
    }

    [Test]
    public async Task Same_meaning_in_other_bytes_is_another_body()
    {
        var owner = Deployment.OwnerOf(Deployment.NextMiner());
        var signed = $"{{\"{Deployment.OwnerMember}\":\"{owner}\",\"limit\":5}}";
        var proof = Sign(Validator, signed);
        string[] others =
        [
            signed + "\n", " " + signed, signed.Replace(",", ", ", StringComparison.Ordinal), signed.Replace(
                "limit", "l\\u0069mit", StringComparison.Ordinal),
            $"{{\"limit\":5,\"{Deployment.OwnerMember}\":\"{owner}\"}}", signed.Replace(
                "5}", "6}", StringComparison.Ordinal), signed.Replace("5}", "5,\"a\":1}", StringComparison.Ordinal),
            signed.Replace(owner, Deployment.OwnerOf(Deployment.NextMiner()), StringComparison.Ordinal),
        ];

        foreach (var other in others)
        {
            AssertRefused(await Client.PostAsync(ServiceClient.FilesPath, Encoding.UTF8.GetBytes(other), proof), 401, "invalid_signature");
        }
    }

    [TestCase("application/json")]
    [TestCase("application/json; charset=utf-8")]
    [TestCase("Application/JSON;charset=\"UTF-8\"")]
    [TestCase("application/vnd.x+json")]
    [TestCase("text/plain")]
    [TestCase("application/x-www-form-urlencoded")]
    [TestCase(null)]
    public async Task Content_type_does_not_matter(string? contentType)
    {
        foreach (var chunked in (bool[])[false, true])
        {
            var call = Call.Files(Validator, Deployment.OwnerMember, Deployment.OwnerOf(Deployment.NextMiner()));
            var answer = await Client.PostAsync(call.Path, call.Bare(), Sign(Validator, call.Bare()), contentType, chunked);

            Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.OK), answer.ToString());
        }
    }

    [Test]
    public async Task Chunked_body_is_hashed_without_its_chunks()
    {
        // The endpoint that takes large bodies.
        var call = Call.FileUrls(
            Validator, Deployment.OwnerMember, Deployment.OwnerOf(Deployment.NextMiner()), "a").With("unknown", new string('a', 300_000));
        var body = call.Bare();

        Assert.That(
            (await Client.PostAsync(call.Path, body, Sign(Validator, body), chunked: true)).Status, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task Proof_in_any_of_its_written_forms_opens_the_door()
    {
        (string Form, Func<HeaderProof> Proof)[] forms =
        [
            ("base64", () => Written(Convert.ToBase64String)),
            ("hex", () => Written(Convert.ToHexStringLower)),
            ("hex in capitals", () => Written(Convert.ToHexString)),
            ("hex with 0x", () => Written(signature => "0x" + Convert.ToHexStringLower(signature))),
            ("hex with the leading 01", () => Written(signature => "01" + Convert.ToHexStringLower(signature))),
            ("nonce in capitals", () => Sign(Validator, "{}"u8.ToArray(), nonce: Guid.NewGuid().ToString().ToUpperInvariant())),
            ("297 s old", () => Sign(Validator, "{}"u8.ToArray(), HeaderProof.Now - 297_000)),
            ("57 s ahead", () => Sign(Validator, "{}"u8.ToArray(), HeaderProof.Now + 57_000)),
        ];

        foreach (var (form, proof) in forms)
        {
            var answer = await TimelyRequest.SendAsync(() => SendAsync(proof()));
            Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.OK), $"{form}: {answer}");
        }
    }

    [Test]
    public async Task Header_names_are_read_in_any_case()
    {
        var lines = Good().Headers.Select(one => $"{one.Key.ToLowerInvariant()}: {one.Value}");

        var answer = await RawPost.SendAsync(new Uri(Client.Address, ServiceClient.ValidatorAccessPath), lines, "{}"u8.ToArray());

        Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.OK), answer.ToString());
    }

    [Test]
    public async Task Proof_of_anything_else_is_refused()
    {
        var body = "{}"u8.ToArray();
        var (nonce, moment) = (Guid.NewGuid().ToString(), HeaderProof.Now);
        var hash = TextOf(body, nonce, moment).Split('.')[0];
        string Text(string format) => string.Format(CultureInfo.InvariantCulture, format, hash, nonce, moment);
        (string What, HeaderProof Proof)[] proofs =
        [
            ("another nonce", Good() with { Nonce = Guid.NewGuid().ToString() }),
            ("the nonce in capitals", Good() is var good ? good with { Nonce = good.Nonce!.ToUpperInvariant() } : good),
            (
                "another moment",
                Good() is var later
                    ? later with
                    {
                        Timestamp = (long.Parse(later.Timestamp!, CultureInfo.InvariantCulture) - 1).ToString(CultureInfo.InvariantCulture),
                    }
                    : later),
            ("another signer", Good() with { SignedBy = Subnet.OrdinaryMiner.Hotkey.Address }),
            ("another signer, not registered", Good() with { SignedBy = Account.New().Address }),
            ("the coldkey's signature", Good() with { Signature = Sign(Subnet.Validator.Coldkey, body).Signature }),
            ("zeros", Good() with { Signature = Convert.ToBase64String(new byte[64]) }),
            ("a signature of another request", Good() with { Signature = Good().Signature }),
            ("a signature over the hash alone", Signed(Text("{0}"))),
            ("a signature without the body", Signed(Text("{1}.{2}"))),
            ("a signature over the body itself", Signed(Text("{{}}.{1}.{2}"))),
            ("a signature over the hash in capitals", Signed(Text("{0}").ToUpperInvariant() + Text(".{1}.{2}"))),
            ("a signature in another order", Signed(Text("{0}.{2}.{1}"))),
            ("a signature with the signer in it", Signed(Text("{0}.{1}.{2}.") + Validator.Address)),
            ("the text of the other kind", Signed(kind == ProofKind.Epistula ? Text("{0}.{1}.{2}") : Text("{0}.{1}.{2}."))),
            ("a signature over a commitment", Signed(ServiceClient.ValidatorAccessText(moment / 1000))),
        ];

        foreach (var (what, proof) in proofs)
        {
            var answer = await Client.PostAsync(ServiceClient.ValidatorAccessPath, body, proof);
            Assert.That(((int)answer.Status, answer.Code), Is.EqualTo((401, "invalid_signature")), $"{what}: {answer}");
        }

        HeaderProof Signed(string text) => Sign(Validator, body, moment, nonce).Signed(Validator, text);
    }

    [Test]
    public async Task Changed_byte_of_the_body_is_noticed_wherever_it_is()
    {
        var call = Call.Files(Validator, Deployment.OwnerMember, Deployment.OwnerOf(Deployment.NextMiner()), prefix: "aaaa");
        var body = call.Bare();
        var proof = Sign(Validator, body);
        var letters = Encoding.UTF8.GetString(body).IndexOf("aaaa", StringComparison.Ordinal);

        for (var i = 0; i < 4; i++)
        {
            var changed = body.ToArray();
            changed[letters + i] = (byte)'b';
            AssertRefused(await Client.PostAsync(call.Path, changed, proof), 401, "invalid_signature");
        }

        Assert.That(
            (await Client.PostAsync(call.Path, body, proof)).Status,
            Is.EqualTo(HttpStatusCode.OK),
            "The proof itself must be good, else this proves nothing.");
    }

    [Test]
    public async Task Missing_header_is_named()
    {
        foreach (var header in _names.All)
        {
            AssertRefused(await SendAsync(Good().With(header, null)), 400, "invalid_request", header);
        }

        AssertRefused(
            await SendAsync(Good() with { Version = null, Signature = null }),
            400,
            "invalid_request",
            _names.Version,
            _names.Signature);
    }

    [Test]
    public async Task Request_without_any_proof_is_told_of_the_commitments_members()
    {
        var answer = await Client.PostAsync(ServiceClient.ValidatorAccessPath, "{}"u8.ToArray());

        AssertRefused(answer, 400, "invalid_request", "hotkey", "timestamp", "signature");
    }

    [Test]
    public async Task Doubled_header_is_refused_whether_or_not_both_say_the_same()
    {
        foreach (var header in _names.All)
        {
            foreach (var same in (bool[])[true, false])
            {
                var (good, other) = (Good(), Good());
                var lines = good.Headers.Select(one => $"{one.Key}: {one.Value}").ToList();
                var doubled = (same ? good : other).Headers.Single(one => string.Equals(one.Key, header, StringComparison.Ordinal));
                lines.Add($"{doubled.Key}: {doubled.Value}");

                var answer = await RawPost.SendAsync(new Uri(Client.Address, ServiceClient.ValidatorAccessPath), lines, "{}"u8.ToArray());

                AssertRefused(answer, 400, "invalid_request", header);
            }

            var joined = Good();
            var value = joined.Headers.Single(one => string.Equals(one.Key, header, StringComparison.Ordinal)).Value;
            AssertRefused(await SendAsync(joined.With(header, $"{value}, {value}")), 400, "invalid_request", header);
        }
    }

    [Test]
    public async Task Malformed_header_is_named()
    {
        var address = Validator.Address;
        (string Header, string[] Values)[] malformed =
        [
            (_names.Version, ["1", "3", "02", "2.0", "v2", "", "two"]),
            (
                _names.Timestamp,
                [
                    "", "now", "1.7e12", "1700000000000.0", "+1700000000000", "-1", "0x1", "99999999999999999999999", "01700000000000",
                    "1 700 000 000 000",
                ]),
            (
                _names.Nonce,
                ["", "1", "not-a-uuid", Guid.NewGuid() + "0", "{" + Guid.NewGuid() + "}", Guid.NewGuid().ToString()[..^1] + "g"]),
            (
                _names.SignedBy,
                [
                    "",
                    "5",
                    address[..^1],
                    address + "1",
                    address[..^1] + (address[^1] == 'A' ? 'B' : 'A'),
                    "../" + address,
                    "15oF4uVJwmo4TdGW7VfQxNLavjCXviqxT9S1MgbjMNHr6Sp5",
                ]),
            (
                _names.Signature,
                [
                    "",
                    "AA==",
                    new string('A', 87) + "=",
                    new string('0', 126),
                    new string('0', 130),
                    "!" + Good().Signature![1..],
                    new string('a', 10_000),
                ]),
        ];

        foreach (var (header, values) in malformed)
        {
            foreach (var value in values)
            {
                var answer = await SendAsync(Good().With(header, value));
                Assert.That(((int)answer.Status, answer.Code), Is.EqualTo((400, "invalid_request")), $"{header}: {value} {answer}");
                Assert.That(answer.Wrong, Is.EqualTo([header]), value);
            }
        }
    }

    [Test]
    public async Task Moment_outside_of_the_window_is_told_by_how_much()
    {
        (Func<long> Moment, string Code, string Says)[] moments =
        [
            (() => 0, "timestamp_expired", "sign again"),
            (() => HeaderProof.Now - 303_000, "timestamp_expired", "too old (the limit is 300 s"),
            (() => HeaderProof.Now - 86_400_000, "timestamp_expired", "too old (the limit is 300 s"),
            (() => ServiceClient.Now, "timestamp_expired", "millisecond"),
            (() => HeaderProof.Now + 64_000, "timestamp_in_future", "too far ahead (the limit is 60 s"),
            (() => HeaderProof.Now * 1000, "timestamp_in_future", "too far ahead (the limit is 60 s"),
            (() => long.MaxValue, "timestamp_in_future", "too far ahead (the limit is 60 s"),
        ];

        foreach (var (moment, code, says) in moments)
        {
            var answer = await TimelyRequest.SendAsync(() => SendAsync(Sign(Validator, "{}"u8.ToArray(), moment())));
            AssertRefused(answer, 400, code);
            Assert.That(answer.Detail, Does.Contain(says));
        }
    }

    [Test]
    public async Task Signer_must_be_who_it_has_to_be()
    {
        var stranger = Account.New();

        AssertRefused(await PostAsync(stranger, ServiceClient.FolderAccessPath, "{}"), 403, "hotkey_not_registered");
        AssertRefused(await PostAsync(stranger, ServiceClient.ValidatorAccessPath, "{}"), 403, "hotkey_not_registered");
        AssertRefused(await PostAsync(Subnet.Validator.Coldkey, ServiceClient.ValidatorAccessPath, "{}"), 403, "hotkey_not_registered");
        foreach (var neuron in (Miner[])[Subnet.OrdinaryMiner, Subnet.WithoutStake, Subnet.WithTheMinimum, Subnet.WithoutPermit])
        {
            AssertRefused(await PostAsync(neuron.Hotkey, ServiceClient.ValidatorAccessPath, "{}"), 403, "not_a_validator");
        }
    }

    [Test]
    public async Task Coldkey_beside_headers_must_be_the_signers_own()
    {
        var (miner, rival) = (Deployment.NextMiner(), Deployment.NextMiner());
        foreach (var call in (Call[])[Call.FolderAccess(miner), Call.FileUpload(miner, "file.bin"), Call.MyFiles(miner)])
        {
            Assert.That(
                (await Client.SendAsync(call.With("coldkey", miner.Coldkey.Address), kind)).Status,
                Is.EqualTo(HttpStatusCode.OK));
            AssertRefused(await Client.SendAsync(call.With("coldkey", rival.Coldkey.Address), kind), 403, "coldkey_mismatch");
        }
    }

    [Test]
    public async Task Where_both_proofs_are_given_both_must_be_right()
    {
        var miner = Deployment.NextMiner();
        var rival = Deployment.NextMiner();
        foreach (var call in EveryCall(miner))
        {
            var other = call.Signer == miner.Hotkey ? rival.Hotkey : miner.Hotkey;
            async Task<Answer> BothAsync(
                Action<JsonObject>? bend = null, Func<HeaderProof, HeaderProof>? bendHeaders = null, Account? signer = null)
            {
                var body = call.Committed();
                bend?.Invoke(body);
                var bytes = Encoding.UTF8.GetBytes(body.ToJsonString());
                var proof = Sign(signer ?? call.Signer, bytes);
                return await Client.PostAsync(call.Path, bytes, bendHeaders?.Invoke(proof) ?? proof);
            }

            Assert.That((await BothAsync()).Status, Is.EqualTo(HttpStatusCode.OK), call.Path);
            AssertRefused(await BothAsync(body => body["signature"] = new string('0', 128)), 401, "invalid_signature");
            AssertRefused(await BothAsync(body => body["timestamp"] = (long)body["timestamp"]! - 1), 401, "invalid_signature");
            AssertRefused(await BothAsync(body => body["timestamp"] = 0), 400, "timestamp_expired");
            AssertRefused(await BothAsync(body => body["hotkey"] = other.Address), 400, "invalid_request", "hotkey");
            AssertRefused(await BothAsync(body => body.Remove("timestamp")), 400, "invalid_request", "timestamp");
            AssertRefused(await BothAsync(body => body.Remove("hotkey")), 400, "invalid_request", "hotkey");
            AssertRefused(await BothAsync(signer: other), 400, "invalid_request", "hotkey");
            AssertRefused(
                await BothAsync(bendHeaders: proof => proof with { Nonce = Guid.NewGuid().ToString() }), 401, "invalid_signature");
            AssertRefused(
                await BothAsync(bendHeaders: proof => proof with { Signature = null }), 400, "invalid_request", _names.Signature);
            AssertRefused(await BothAsync(bendHeaders: proof => proof with { Timestamp = "0" }), 400, "timestamp_expired");
        }
    }

    [Test]
    public async Task Where_both_kinds_of_headers_are_given_all_proofs_must_be_right()
    {
        var miner = Deployment.NextMiner();
        var rival = Deployment.NextMiner();
        var otherKind = kind == ProofKind.Tao ? ProofKind.Epistula : ProofKind.Tao;
        foreach (var call in EveryCall(miner))
        {
            var other = call.Signer == miner.Hotkey ? rival.Hotkey : miner.Hotkey;
            foreach (var hasCommitment in (bool[])[false, true])
            {
                async Task<Answer> AllAsync(Func<HeaderProof, HeaderProof>? bend = null, Account? signer = null)
                {
                    var body = hasCommitment ? Encoding.UTF8.GetBytes(call.Committed().ToJsonString()) : call.Bare();
                    var nonce = Guid.NewGuid().ToString();
                    var proof = Sign(signer ?? call.Signer, body, nonce: nonce);
                    var beside = HeaderProof.Of(otherKind, call.Signer, body, nonce: nonce);
                    return await Client.PostAsync(call.Path, body, [.. (bend?.Invoke(proof) ?? proof).Headers, .. beside.Headers]);
                }

                Assert.That((await AllAsync()).Status, Is.EqualTo(HttpStatusCode.OK), call.Path);
                AssertRefused(await AllAsync(proof => proof.Signed(call.Signer, "another text")), 401, "invalid_signature");
                AssertRefused(await AllAsync(proof => proof with { Signature = null }), 400, "invalid_request", _names.Signature);
                AssertRefused(await AllAsync(proof => proof with { Timestamp = "0" }), 400, "timestamp_expired");
                AssertRefused(await AllAsync(signer: other), 400, "invalid_request", "hotkey");
            }
        }
    }

    [Test]
    public async Task Proof_is_good_once_at_all_endpoints_together()
    {
        var (nonce, moment, body) = (Guid.NewGuid().ToString(), HeaderProof.Now, "{}"u8.ToArray());
        var proof = Sign(Validator, body, moment, nonce);
        Assert.That((await SendAsync(proof)).Status, Is.EqualTo(HttpStatusCode.OK));

        AssertRefused(await SendAsync(proof), 409, "replayed_request");
        AssertRefused(await Client.PostAsync(ServiceClient.FolderUrlsPath, body, proof), 409, "replayed_request");
        AssertRefused(await SendAsync(Sign(Validator, body, moment, nonce.ToUpperInvariant())), 409, "replayed_request");
    }

    [Test]
    public async Task Proved_text_is_told_to_the_validator()
    {
        var miner = Deployment.NextMiner();
        foreach (var call in (Call[])
            [
                Call.FolderUrls(Validator),
                Call.FileUrls(Validator, Deployment.OwnerMember, Deployment.OwnerOf(miner), Deployment.FolderOf(miner) + "file.bin"),
            ])
        {
            var (nonce, moment) = (Guid.NewGuid().ToString(), HeaderProof.Now);

            var answer = await Client.PostAsync(call.Path, call.Bare(), Sign(Validator, call.Bare(), moment, nonce));
            var committed = await Client.PostAsync(call.Path, call.Committed(moment / 1000));

            Assert.That((string?)answer.Json["commitment_used"], Is.EqualTo(TextOf(call.Bare(), nonce, moment)));
            Assert.That((string?)committed.Json["commitment_used"], Is.EqualTo(call.Commitment(moment / 1000)));
        }
    }

    private HeaderProof Sign(Account signer, byte[] body, long? timestamp = null, string? nonce = null) =>
        HeaderProof.Of(kind, signer, body, timestamp, nonce);

    private HeaderProof Sign(Account signer, string body) => Sign(signer, Encoding.UTF8.GetBytes(body));

    private string TextOf(byte[] body, string nonce, long timestamp) => HeaderProof.TextOf(kind, body, nonce, timestamp);

    private HeaderProof Good() => Sign(Validator, "{}"u8.ToArray());

    private HeaderProof Written(Func<byte[], string> form)
    {
        var (nonce, moment) = (Guid.NewGuid().ToString(), HeaderProof.Now);
        var signature = form(Validator.Sign(TextOf("{}"u8.ToArray(), nonce, moment)));
        return Sign(Validator, "{}"u8.ToArray(), moment, nonce) with { Signature = signature };
    }

    private Task<Answer> SendAsync(HeaderProof proof) => Client.PostAsync(ServiceClient.ValidatorAccessPath, "{}"u8.ToArray(), proof);

    private Task<Answer> PostAsync(Account signer, string path, string body) =>
        Client.PostAsync(path, Encoding.UTF8.GetBytes(body), Sign(signer, body));
}
