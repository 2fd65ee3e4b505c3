namespace S3Auth.EndToEnd.Tests.Cases.Miners;

/// <summary>Tao v2 headers prove a request as a commitment does: these bytes, this signer, this moment, and nothing else.</summary>
[TestFixtureSource(typeof(Deployments), nameof(Deployments.OneStore))]
internal sealed class SignedHeaderTests(StoreKind store, FolderLayoutKind layout) : DeploymentFixture(store, layout)
{
    private static Account Validator => Subnet.Validator.Hotkey;

    [Test]
    public async Task Every_signed_endpoint_is_opened_by_headers_alone()
    {
        foreach (var call in EveryCall(Deployment.NextMiner()))
        {
            var answer = await Client.SendAsync(call, ProofKind.Headers);

            Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.OK), $"{call.Path} {answer}");
        }
    }

    [Test]
    public async Task Every_signed_endpoint_answers_both_proofs_alike()
    {
        foreach (var call in EveryCall(Deployment.NextMiner()))
        {
            var (committed, bare) = (await Client.SendAsync(call), await Client.SendAsync(call, ProofKind.Headers));

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
        var proof = TaoProof.Of(Validator, signed);
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
    public async Task Content_type_of_json_in_any_of_its_forms_is_read(string contentType)
    {
        foreach (var chunked in (bool[])[false, true])
        {
            var call = Call.Files(Validator, Deployment.OwnerMember, Deployment.OwnerOf(Deployment.NextMiner()));
            var answer = await Client.PostAsync(call.Path, call.Bare(), TaoProof.Of(Validator, call.Bare()), contentType, chunked);

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
            (await Client.PostAsync(call.Path, body, TaoProof.Of(Validator, body), chunked: true)).Status, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task Proof_in_any_of_its_written_forms_opens_the_door()
    {
        (string Form, Func<TaoProof> Proof)[] forms =
        [
            ("base64", () => Good()),
            ("hex", () => Hex(hex => hex)),
            ("hex in capitals", () => Hex(hex => hex.ToUpperInvariant())),
            ("hex with 0x", () => Hex(hex => "0x" + hex)),
            ("hex with the leading 01", () => Hex(hex => "01" + hex)),
            ("nonce in capitals", () => TaoProof.Of(Validator, "{}"u8.ToArray(), nonce: Guid.NewGuid().ToString().ToUpperInvariant())),
            ("299 s old", () => TaoProof.Of(Validator, "{}"u8.ToArray(), TaoProof.Now - 297_000)),
            ("57 s ahead", () => TaoProof.Of(Validator, "{}"u8.ToArray(), TaoProof.Now + 57_000)),
        ];

        foreach (var (form, proof) in forms)
        {
            var answer = await Client.PostAsync(ServiceClient.ValidatorAccessPath, "{}"u8.ToArray(), proof());
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
        var (nonce, moment) = (Guid.NewGuid().ToString(), TaoProof.Now);
        var hash = TaoProof.TextOf(body, nonce, moment).Split('.')[0];
        string Text(string format) => string.Format(CultureInfo.InvariantCulture, format, hash, nonce, moment);
        (string What, TaoProof Proof)[] proofs =
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
            ("the coldkey's signature", Good() with { Signature = TaoProof.Of(Subnet.Validator.Coldkey, body).Signature }),
            ("zeros", Good() with { Signature = Convert.ToBase64String(new byte[64]) }),
            ("a signature of another request", Good() with { Signature = Good().Signature }),
            ("a signature over the hash alone", Signed(Text("{0}"))),
            ("a signature without the body", Signed(Text("{1}.{2}"))),
            ("a signature over the body itself", Signed(Text("{{}}.{1}.{2}"))),
            ("a signature over the hash in capitals", Signed(Text("{0}").ToUpperInvariant() + Text(".{1}.{2}"))),
            ("a signature in another order", Signed(Text("{0}.{2}.{1}"))),
            ("a signature with the signer in it", Signed(Text("{0}.{1}.{2}.") + Validator.Address)),
            ("a signature over a commitment", Signed(ServiceClient.ValidatorAccessText(moment / 1000))),
        ];

        foreach (var (what, proof) in proofs)
        {
            var answer = await Client.PostAsync(ServiceClient.ValidatorAccessPath, body, proof);
            Assert.That(((int)answer.Status, answer.Code), Is.EqualTo((401, "invalid_signature")), $"{what}: {answer}");
        }

        TaoProof Signed(string text) => new(
            "2", moment.ToString(CultureInfo.InvariantCulture), nonce, Validator.Address, Convert.ToBase64String(Validator.Sign(text)));
    }

    [Test]
    public async Task Changed_byte_of_the_body_is_noticed_wherever_it_is()
    {
        var call = Call.Files(Validator, Deployment.OwnerMember, Deployment.OwnerOf(Deployment.NextMiner()), prefix: "aaaa");
        var body = call.Bare();
        var proof = TaoProof.Of(Validator, body);
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
        foreach (var header in TaoProof.Names)
        {
            AssertRefused(await SendAsync(Good().With(header, null)), 400, "invalid_request", header);
        }

        AssertRefused(
            await SendAsync(Good() with { Version = null, Signature = null }),
            400,
            "invalid_request",
            TaoProof.VersionHeader,
            TaoProof.SignatureHeader);
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
        foreach (var header in TaoProof.Names)
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
            (TaoProof.VersionHeader, ["1", "3", "02", "2.0", "v2", "", "two"]),
            (
                TaoProof.TimestampHeader,
                [
                    "", "now", "1.7e12", "1700000000000.0", "+1700000000000", "-1", "0x1", "99999999999999999999999", "01700000000000",
                    "1 700 000 000 000",
                ]),
            (
                TaoProof.NonceHeader,
                ["", "1", "not-a-uuid", Guid.NewGuid() + "0", "{" + Guid.NewGuid() + "}", Guid.NewGuid().ToString()[..^1] + "g"]),
            (
                TaoProof.SignedByHeader,
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
                TaoProof.SignatureHeader,
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
            (() => TaoProof.Now - 303_000, "timestamp_expired", "too old (the limit is 300 s"),
            (() => TaoProof.Now - 86_400_000, "timestamp_expired", "too old (the limit is 300 s"),
            (() => ServiceClient.Now, "timestamp_expired", "millisecond"),
            (() => TaoProof.Now + 64_000, "timestamp_in_future", "too far ahead (the limit is 60 s"),
            (() => TaoProof.Now * 1000, "timestamp_in_future", "too far ahead (the limit is 60 s"),
            (() => long.MaxValue, "timestamp_in_future", "too far ahead (the limit is 60 s"),
        ];

        foreach (var (moment, code, says) in moments)
        {
            var answer = await SendAsync(TaoProof.Of(Validator, "{}"u8.ToArray(), moment()));
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
                (await Client.SendAsync(call.With("coldkey", miner.Coldkey.Address), ProofKind.Headers)).Status,
                Is.EqualTo(HttpStatusCode.OK));
            AssertRefused(await Client.SendAsync(call.With("coldkey", rival.Coldkey.Address), ProofKind.Headers), 403, "coldkey_mismatch");
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
                Action<JsonObject>? bend = null, Func<TaoProof, TaoProof>? bendHeaders = null, Account? signer = null)
            {
                var body = call.Committed();
                bend?.Invoke(body);
                var bytes = Encoding.UTF8.GetBytes(body.ToJsonString());
                var proof = TaoProof.Of(signer ?? call.Signer, bytes);
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
                await BothAsync(bendHeaders: proof => proof with { Signature = null }), 400, "invalid_request", TaoProof.SignatureHeader);
            AssertRefused(await BothAsync(bendHeaders: proof => proof with { Timestamp = "0" }), 400, "timestamp_expired");
        }
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
            var (nonce, moment) = (Guid.NewGuid().ToString(), TaoProof.Now);

            var answer = await Client.PostAsync(call.Path, call.Bare(), TaoProof.Of(Validator, call.Bare(), moment, nonce));
            var committed = await Client.PostAsync(call.Path, call.Committed(moment / 1000));

            Assert.That((string?)answer.Json["commitment_used"], Is.EqualTo(TaoProof.TextOf(call.Bare(), nonce, moment)));
            Assert.That((string?)committed.Json["commitment_used"], Is.EqualTo(call.Commitment(moment / 1000)));
        }
    }

    private static TaoProof Good() => TaoProof.Of(Validator, "{}"u8.ToArray());

    private static TaoProof Hex(Func<string, string> form)
    {
        var good = Good();
        return good with { Signature = form(Convert.ToHexStringLower(Convert.FromBase64String(good.Signature!))) };
    }

    private Task<Answer> SendAsync(TaoProof proof) => Client.PostAsync(ServiceClient.ValidatorAccessPath, "{}"u8.ToArray(), proof);

    private Task<Answer> PostAsync(Account signer, string path, string body) =>
        Client.PostAsync(path, Encoding.UTF8.GetBytes(body), TaoProof.Of(signer, body));
}
