namespace S3Auth.Api.Tests;

/// <summary>
/// The whole service with every kind of layout: each signed endpoint, called in each role, with each proof, with both settings of
/// <c>READERS</c> and with access rules. A grant names only folders that the request is about.
/// </summary>
[TestFixtureSource(nameof(Deployments))]
internal sealed class LayoutMatrixTests(string template, string readers)
{
    private const string Past = "2020-01-01";
    private const string Future = "2100-01-01";
    private const int PartBytes = 5 * 1024 * 1024;

    /// <summary>The SHA-256 of one zero byte.</summary>
    private const string ZeroSha256 = "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d";

    /// <summary>The answer to each role at endpoints of miners, at endpoints of validators, and at the latter if miners may read.</summary>
    private static readonly (string Role, string Miners, string Validators, string IfMinersRead)[] Roles =
    [
        ("Validator", "in", "in", "in"),
        ("Miner", "in", "not_a_validator", "in"),
        ("Rival", "in", "not_a_validator", "in"),
        ("PermitOnly", "in", "not_a_validator", "in"),
        ("StakeOnly", "in", "not_a_validator", "in"),
        ("Stranger", "hotkey_not_registered", "hotkey_not_registered", "hotkey_not_registered"),
        ("DeniedMiner", "access_denied", "access_denied", "access_denied"),
        ("ValidatorOfDeniedColdkey", "access_denied", "access_denied", "access_denied"),
        ("FormerlyDenied", "in", "not_a_validator", "in"),
        ("Reader", "hotkey_not_registered", "in", "in"),
        ("RegisteredReader", "in", "in", "in"),
        ("FormerReader", "hotkey_not_registered", "hotkey_not_registered", "hotkey_not_registered"),
        ("Uploader", "in", "hotkey_not_registered", "hotkey_not_registered"),
        ("FormerUploader", "hotkey_not_registered", "hotkey_not_registered", "hotkey_not_registered"),
    ];

    private static readonly string[] MinersEndpoints =
        ["/get-folder-access", "/get-file-upload-url", "/get-file-upload-urls", "/create-multipart-upload", "/list-my-files"];

    /// <summary>The endpoints that continue a multipart upload, in the order of their use.</summary>
    private static readonly string[] MultipartEndpoints =
        ["/sign-upload-parts", "/list-upload-parts", "/complete-multipart-upload", "/abort-multipart-upload"];

    private static readonly string[] OneMinerEndpoints =
        ["/get-miner-specific-access", "/get-miner-list", "/list-files", "/get-file-presigned-urls"];

    private static readonly string[] Proofs = ["commitment", "tao", "epistula"];

    /// <summary>The roles that have files.</summary>
    private static readonly string[] Uploaders = ["Miner", "Rival", "Uploader"];

    private static readonly string[] Templates =
    [
        "coldkey", "hotkey", "weights/{hotkey}/", "{netuid}/{source}/{hotkey}/", "submissions/{coldkey}/",
        "v1/sn{netuid}/raw/{source}/miners/{hotkey}/files/", "data/source={source}/owner={coldkey}.d/", "{hotkey}/",
    ];

    // Derived once, because a derivation takes a millisecond.
    private static readonly Dictionary<string, KeyPair> Keys = Roles
        .SelectMany(role => (string[])[role.Role, $"{role.Role}//cold"])
        .ToDictionary(name => name, name => KeyPair.FromUri($"//{name}"), StringComparer.Ordinal);

    private readonly HttpClient _store = new();
    private string _folder = null!;
    private Service _service = null!;

    private static IEnumerable<TestFixtureData> Deployments =>
        from template in Templates
        from readers in (string[])["validators", "validators,miners"]
        select new TestFixtureData(template, readers);

    /// <summary>The layout as text, so that the expected paths do not come from the code under test.</summary>
    private string Text => template switch
    {
        "coldkey" => "data/{source}/{coldkey}/",
        "hotkey" => "data/hotkey={hotkey}/",
        _ => template,
    };

    private string[] Sources => Text.Contains("{source}", StringComparison.Ordinal) ? ["x", "reddit"] : [""];

    private bool HasColdkeyFolders => Text.Contains("{coldkey}", StringComparison.Ordinal);

    private string Root => Text switch
    {
        "{netuid}/{source}/{hotkey}/" => "46/",
        "v1/sn{netuid}/raw/{source}/miners/{hotkey}/files/" => "v1/sn46/raw/",
        "{hotkey}/" => "",
        var other => other[..(other.IndexOf('/', StringComparison.Ordinal) + 1)],
    };

    [OneTimeSetUp]
    public async Task OneTimeSetUp()
    {
        _folder = Directory.CreateTempSubdirectory("s3auth-matrix-").FullName;
        await File.WriteAllTextAsync(Path.Combine(_folder, "metagraph.json"), Metagraph());
        await File.WriteAllTextAsync(Path.Combine(_folder, "access.json"), AccessRules());
        _service = new Service
        {
            Settings = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["FOLDER_LAYOUT"] = template,
                ["READERS"] = readers,
                ["METAGRAPH_FILE"] = Path.Combine(_folder, "metagraph.json"),
                ["ACCESS_FILE"] = Path.Combine(_folder, "access.json"),
                ["MIN_FILE_BYTES"] = "1",
                ["LISTING_CACHE_SECONDS"] = "0",
            },
            Replace = services => services.AddSingleton<ISessionIssuer, PolicyAsToken>(),
        };
        await _service.WaitForUploadsAsync();
        foreach (var role in Uploaders)
        {
            await UploadAsync(role, "own.bin");
            await UploadAsync(role, "job_id=1/own.bin");
        }
    }

    [OneTimeTearDown]
    public void OneTimeTearDown()
    {
        _service.Dispose();
        _store.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Test]
    public async Task Endpoint_of_miners_lets_each_role_into_its_own_folder_only(
        [ValueSource(nameof(MinersEndpoints))] string endpoint, [ValueSource(nameof(Proofs))] string proof)
    {
        foreach (var (role, expected, _, _) in Roles)
        {
            var answer = await SendAsync(role, endpoint, proof);

            AssertOutcome(answer, expected, role);
            if (answer.Status == 200)
            {
                await AssertNamesOnlyAsync(answer, FoldersOf(role), proof);
            }
        }
    }

    [Test]
    public async Task Endpoint_of_multipart_uploads_lets_each_role_continue_its_own_only([ValueSource(nameof(Proofs))] string proof)
    {
        var rivals = await CreateUploadAsync("Rival");
        foreach (var (role, expected, _, _) in Roles)
        {
            var own = expected == "in" ? await CreateUploadAsync(role) : rivals;
            foreach (var endpoint in MultipartEndpoints)
            {
                // No role may use another's upload, nor its id or key beside its own.
                JsonObject[] foreign = role == "Rival" || expected != "in" ? [] :
                    [rivals, With(own, "upload_id", rivals), With(own, "s3_key", rivals)];
                foreach (var upload in foreign)
                {
                    var refused = await SendAsync(role, endpoint, proof, members: upload);
                    Assert.That((refused.Status, refused.Code), Is.EqualTo((404, "upload_not_found")), $"{role} {endpoint}");
                }

                var answer = await SendAsync(role, endpoint, proof, members: own);

                // Without parts, the completion aborts the upload, so that there is nothing left to abort.
                AssertOutcome(
                    answer,
                    (expected, endpoint) switch
                    {
                        ("in", "/complete-multipart-upload") => "size_mismatch",
                        ("in", "/abort-multipart-upload") => "upload_not_found",
                        _ => expected,
                    },
                    $"{role} {endpoint}");
                if (answer.Status == 200)
                {
                    await AssertNamesOnlyAsync(answer, FoldersOf(role), proof);
                }
            }
        }

        AssertOutcome(await SendAsync("Rival", "/list-upload-parts", proof, members: rivals), "in", "Nobody ended this upload.");
    }

    [Test]
    public async Task Uploads_of_a_miner_arrive_in_its_folder_and_nowhere_else()
    {
        var before = await KeysOfAsync("Rival");
        foreach (var source in Sources)
        {
            var members = new JsonObject
            {
                ["files"] = new JsonArray(
                    new JsonObject { ["path"] = "followed/a.bin", ["size"] = 1, ["sha256"] = ZeroSha256 },
                    new JsonObject { ["path"] = "followed/sub/b.bin", ["size"] = 1 }),
                ["path"] = "followed/large.bin",
                ["source"] = source.Length > 0 ? source : null,
            };
            var batch = (await SendAsync("Miner", "/get-file-upload-urls", "tao", members: members)).Json;
            foreach (var (_, file) in batch["files"]!.AsObject())
            {
                Assert.That(await PutAsync(file!, new byte[1]), Is.EqualTo(HttpStatusCode.OK), file!.ToJsonString());
            }

            var upload = await CreateUploadAsync("Miner", members);
            var parts = (await SendAsync("Miner", "/sign-upload-parts", "tao", members: upload)).Json["parts"]!.AsArray();
            foreach (var part in parts)
            {
                Assert.That(await PutAsync(part!, new byte[(int)part!["size"]!]), Is.EqualTo(HttpStatusCode.OK), part!.ToJsonString());
            }

            var listed = await SendAsync("Miner", "/list-upload-parts", "tao", members: upload);
            var completed = await SendAsync("Miner", "/complete-multipart-upload", "tao", members: upload);
            var unwanted = await CreateUploadAsync("Miner", new JsonObject { ["path"] = "unwanted.bin" });
            var aborted = await SendAsync("Miner", "/abort-multipart-upload", "tao", members: unwanted);

            Assert.That((listed.Json["parts"]!.AsArray().Count, parts.Count), Is.EqualTo((2, 2)));
            AssertOutcome(completed, "in", completed.Text);
            AssertOutcome(aborted, "in", aborted.Text);
        }

        var expected = FoldersOf("Miner").SelectMany(folder => (string[])
        [
            folder + "own.bin", folder + "job_id=1/own.bin", folder + "followed/a.bin", folder + "followed/sub/b.bin",
            folder + "followed/large.bin",
        ]);
        Assert.That(await KeysOfAsync("Miner"), Is.EquivalentTo(expected));
        Assert.That(await KeysOfAsync("Rival"), Is.EquivalentTo(before));
    }

    [Test]
    public async Task Endpoint_for_one_miner_lets_readers_into_that_miners_folder_only(
        [ValueSource(nameof(OneMinerEndpoints))] string endpoint,
        [ValueSource(nameof(Proofs))] string proof,
        [Values("Miner", "Uploader")] string subject)
    {
        foreach (var role in Roles)
        {
            var answer = await SendAsync(role.Role, endpoint, proof, subject);

            AssertOutcome(answer, ExpectedOfReading(role), role.Role);
            if (answer.Status == 200)
            {
                await AssertNamesOnlyAsync(answer, FoldersOf(subject), proof);
                if (endpoint == "/get-file-presigned-urls")
                {
                    Assert.That(
                        answer.Json["invalid_files"]!.AsArray().Select(key => (string)key!),
                        Is.EquivalentTo(FoldersOf("Rival").Select(folder => folder + "own.bin")));
                    Assert.That((int)answer.Json["valid_files_count"]!, Is.EqualTo(FoldersOf(subject).Length));
                }
            }
        }
    }

    [Test]
    public async Task Temporary_credentials_are_for_the_folders_of_their_hotkey_or_to_read(
        [Values("miner", "validator")] string requested, [ValueSource(nameof(Proofs))] string proof)
    {
        foreach (var role in Roles)
        {
            var members = new JsonObject { ["role"] = requested };
            var answer = await SendAsync(role.Role, "/get-session-credentials", proof, members: members);

            AssertOutcome(answer, requested == "miner" ? role.Miners : ExpectedOfReading(role), role.Role);
            if (answer.Status == 200)
            {
                var prefixes = requested == "miner" ? FoldersOf(role.Role) : [Root];
                Assert.That(answer.Json["prefixes"]!.AsArray().Select(prefix => (string)prefix!), Is.EqualTo(prefixes));
                AssertAllowsOnly(JsonNode.Parse((string)answer.Json["session_token"]!)!, prefixes, mayWrite: requested == "miner");
            }
        }

        var rivals = await SendAsync("Miner", "/get-session-credentials", proof, coldkey: ColdkeyOf("Rival"));
        AssertOutcome(rivals, "coldkey_mismatch", "Miner as Rival");
    }

    [Test]
    public async Task Every_miner_with_files_is_found_by_readers([ValueSource(nameof(Proofs))] string proof)
    {
        foreach (var role in Roles)
        {
            var answer = await SendAsync(role.Role, "/get-validator-access", proof);
            var jobs = await SendAsync(role.Role, "/get-folder-presigned-urls", proof);

            AssertOutcome(answer, ExpectedOfReading(role), role.Role);
            AssertOutcome(jobs, ExpectedOfReading(role), role.Role);
            if (answer.Status == 200)
            {
                await AssertFindsOwnersAsync(answer, jobs, proof);
            }
        }
    }

    [Test]
    public async Task Nobody_names_another_miner([ValueSource(nameof(Proofs))] string proof)
    {
        foreach (var endpoint in MinersEndpoints)
        {
            var mismatch = await SendAsync("Miner", endpoint, proof, coldkey: ColdkeyOf("Rival"));
            Assert.That((mismatch.Status, mismatch.Code), Is.EqualTo((403, "coldkey_mismatch")), endpoint);
        }

        var upload = await CreateUploadAsync("Rival");
        foreach (var endpoint in MultipartEndpoints)
        {
            var mismatch = await SendAsync("Miner", endpoint, proof, coldkey: ColdkeyOf("Rival"), members: upload);
            Assert.That((mismatch.Status, mismatch.Code), Is.EqualTo((403, "coldkey_mismatch")), endpoint);
        }

        foreach (var folder in FoldersOf("Rival"))
        {
            // Without a root, a prefix outside of the caller's folder is relative to this folder, and finds nothing.
            foreach (var (endpoint, subject) in ((string, string?)[])[("/list-my-files", null), ("/list-files", "Miner")])
            {
                var answer = await SendAsync(subject is null ? "Miner" : "Validator", endpoint, proof, subject, prefix: folder);
                Assert.That(
                    answer.Status == 200 ? "nothing" : answer.Code,
                    Is.EqualTo(Root.Length > 0 ? "invalid_request" : "nothing"),
                    $"{endpoint} {folder}");
                Assert.That(answer.Text, Does.Not.Contain("own.bin"));
            }
        }
    }

    [Test]
    public async Task Coldkey_names_a_miner_only_if_coldkeys_name_folders()
    {
        foreach (var endpoint in OneMinerEndpoints)
        {
            var answer = await SendAsync("Validator", endpoint, "commitment", "Miner", byColdkey: true);

            AssertOutcome(answer, HasColdkeyFolders ? "in" : "invalid_request", endpoint);
        }
    }

    [Test]
    public async Task Form_of_a_miner_uploads_into_no_other_folder()
    {
        var access = (await SendAsync("Miner", "/get-folder-access", "tao")).Json;

        foreach (var key in FoldersOf("Rival").Append(Root).Select(folder => folder + "stolen.bin"))
        {
            Assert.That(await PostAsync(access, key), Is.EqualTo(HttpStatusCode.Forbidden), key);
        }
    }

    [Test]
    public async Task Clients_are_told_the_layout_and_what_they_may_do()
    {
        var structure = (await _service.GetAsync("/structure-info")).Json;
        var status = (await _service.GetAsync("/hotkeys/" + AddressOf("Miner"))).Json;

        Assert.Multiple(() =>
        {
            Assert.That((string)structure["folder_layout"]!, Is.EqualTo(template));
            Assert.That(
                (string)structure["folder_structure"]!, Is.EqualTo(Text.Replace("{netuid}", "46", StringComparison.Ordinal)));
            Assert.That(structure["sources"]!.AsArray(), Has.Count.EqualTo(Sources[0].Length == 0 ? 0 : 2));
            Assert.That(structure["example_paths"]!.AsArray(), Has.Count.EqualTo(Sources.Length));
            Assert.That((bool)status["may_read"]!, Is.EqualTo(readers == "validators,miners"));
        });
    }

    private static string AddressOf(string role) => Keys[role].AccountId.ToString();

    private static string ColdkeyOf(string role) => Keys[$"{role}//cold"].AccountId.ToString();

    private string OwnerOf(string role) => HasColdkeyFolders ? ColdkeyOf(role) : AddressOf(role);

    private string[] FoldersOf(string role) =>
    [
        .. Sources.Select(source => Text
            .Replace("{source}", source, StringComparison.Ordinal)
            .Replace("{netuid}", "46", StringComparison.Ordinal)
            .Replace("{hotkey}", AddressOf(role), StringComparison.Ordinal)
            .Replace("{coldkey}", ColdkeyOf(role), StringComparison.Ordinal)),
    ];

    private string ExpectedOfReading((string Role, string Miners, string Validators, string IfMinersRead) role) =>
        readers == "validators" ? role.Validators : role.IfMinersRead;

    private static void AssertOutcome(Answer answer, string expected, string role) =>
        Assert.That(answer.Status == 200 ? "in" : answer.Code, Is.EqualTo(expected), $"{role}: {answer.Text}");

    private async Task AssertFindsOwnersAsync(Answer answer, Answer jobs, string proof)
    {
        var found = answer.Json["miners"]!.AsArray().ToDictionary(
            miner => (string)miner!["id"]!,
            miner => miner!["folders"]!.AsArray().Select(folder => (string)folder!["prefix"]!).ToArray(),
            StringComparer.Ordinal);
        Assert.That(found.Keys, Is.EquivalentTo(Uploaders.Select(OwnerOf)));
        foreach (var owner in Uploaders)
        {
            Assert.That(found[OwnerOf(owner)], Is.EquivalentTo(FoldersOf(owner)));
            Assert.That(
                jobs.Json["folder_urls"]![OwnerOf(owner)]!["job_folders"]!.AsArray().Select(job => (string)job!["path"]!),
                Is.EquivalentTo(FoldersOf(owner).Select(folder => folder + "job_id=1/")));
        }

        await AssertNamesOnlyAsync(answer, [Root], proof);
        await AssertNamesOnlyAsync(jobs, [.. Uploaders.SelectMany(FoldersOf)], proof);
    }

    private static string Metagraph()
    {
        string[] registered =
        [
            "Validator", "Miner", "Rival", "PermitOnly", "StakeOnly", "DeniedMiner", "ValidatorOfDeniedColdkey", "FormerlyDenied",
            "RegisteredReader",
        ];
        return new JsonObject
        {
            ["netuid"] = 46,
            ["block"] = 1,
            ["neurons"] = new JsonArray([.. registered.Select((role, uid) => new JsonObject
            {
                ["uid"] = uid,
                ["hotkey"] = AddressOf(role),
                ["coldkey"] = ColdkeyOf(role),
                ["validator_permit"] = role is "PermitOnly" || role.StartsWith("Validator", StringComparison.Ordinal),
                ["alpha_stake"] = role is "StakeOnly" || role.StartsWith("Validator", StringComparison.Ordinal) ? 30_000 : 0,
            })]),
        }.ToJsonString();
    }

    private static string AccessRules() => $$"""
        {
          "denied": [
            {"hotkey": "{{AddressOf("DeniedMiner")}}", "reason": "spam"},
            {"coldkey": "{{ColdkeyOf("ValidatorOfDeniedColdkey")}}", "reason": "copies", "until": "{{Future}}"},
            {"hotkey": "{{AddressOf("FormerlyDenied")}}", "reason": "spam", "until": "{{Past}}"}
          ],
          "readers": [
            {"hotkey": "{{AddressOf("Reader")}}"},
            {"hotkey": "{{AddressOf("RegisteredReader")}}", "until": "{{Future}}"},
            {"hotkey": "{{AddressOf("FormerReader")}}", "until": "{{Past}}"}
          ],
          "uploaders": [
            {"hotkey": "{{AddressOf("Uploader")}}", "coldkey": "{{ColdkeyOf("Uploader")}}", "until": "{{Future}}"},
            {"hotkey": "{{AddressOf("FormerUploader")}}", "coldkey": "{{ColdkeyOf("FormerUploader")}}", "until": "{{Past}}"}
          ]
        }
        """;

    private async Task<Answer> SendAsync(
        string role,
        string endpoint,
        string proof,
        string? subject = null,
        string? coldkey = null,
        string? prefix = null,
        bool byColdkey = false,
        JsonObject? members = null)
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var miner = subject is null ? null : byColdkey ? ColdkeyOf(subject) : AddressOf(subject);
        var body = new JsonObject();
        var isSessionOfValidator = endpoint == "/get-session-credentials" && (string?)members?["role"] == "validator";
        if (MinersEndpoints.Contains(endpoint) || MultipartEndpoints.Contains(endpoint)
            || (endpoint == "/get-session-credentials" && !isSessionOfValidator))
        {
            body["coldkey"] = coldkey ?? ColdkeyOf(role);
        }

        if (endpoint == "/get-file-upload-url")
        {
            (body["filename"], body["size"]) = ("new.bin", 1);
        }

        if (endpoint == "/get-file-upload-urls")
        {
            body["files"] = new JsonArray(
                new JsonObject { ["path"] = "sub/new.bin", ["size"] = 1 }, new JsonObject { ["path"] = "more/new.bin", ["size"] = 1 });
        }

        if (endpoint == "/create-multipart-upload")
        {
            (body["path"], body["size"], body["part_size"]) = ("sub/large.bin", PartBytes + 1, PartBytes);
        }

        if (endpoint == "/sign-upload-parts")
        {
            body["part_numbers"] = new JsonArray(1, 2);
        }

        foreach (var (name, value) in members ?? [])
        {
            body[name] = value?.DeepClone();
        }

        if (miner is not null)
        {
            body[byColdkey ? "miner_coldkey" : "miner_hotkey"] = miner;
        }

        if (prefix is not null)
        {
            body["prefix"] = prefix;
        }

        if (endpoint == "/get-file-presigned-urls")
        {
            body["file_keys"] = new JsonArray(
                [.. FoldersOf(subject!).Concat(FoldersOf("Rival")).Select(folder => JsonValue.Create(folder + "own.bin"))]);
        }

        if (proof == "commitment")
        {
            var hotkey = Keys[role];
            var commitment = endpoint switch
            {
                "/get-validator-access" => $"s3:validator:access:{now}",
                _ when isSessionOfValidator => $"s3:validator:access:{now}",
                "/get-folder-presigned-urls" => $"s3:validator:folders:{hotkey.AccountId}:{now}",
                "/get-file-presigned-urls" => $"s3:validator:files:{miner}:{hotkey.AccountId}:{now}",
                _ when miner is not null => $"s3:validator:miner:{miner}:{now}",
                _ => $"s3:data:access:{body["coldkey"]}:{hotkey.AccountId}:{now}",
            };
            (body["hotkey"], body["timestamp"]) = (hotkey.AccountId.ToString(), now);
            body["signature"] = hotkey.Sign(Encoding.UTF8.GetBytes(commitment)).ToString();
        }

        var text = body.ToJsonString();
        using var content = new StringContent(text, Encoding.UTF8, "application/json");
        if (proof != "commitment")
        {
            var kind = proof == "tao" ? SignedHeaders.Tao : SignedHeaders.Epistula;
            foreach (var (name, value) in kind.Sign(Encoding.UTF8.GetBytes(text), Keys[role]))
            {
                content.Headers.TryAddWithoutValidation(name, value);
            }
        }

        return await _service.PostAsync(endpoint, content);
    }

    /// <summary>Creates a multipart upload, and returns the members of requests about it.</summary>
    private async Task<JsonObject> CreateUploadAsync(string role, JsonObject? members = null)
    {
        var created = await SendAsync(role, "/create-multipart-upload", "tao", members: members);
        AssertOutcome(created, "in", role);
        return new JsonObject
        {
            ["s3_key"] = (string)created.Json["s3_key"]!, ["upload_id"] = (string)created.Json["upload_id"]!,
        };
    }

    private static JsonObject With(JsonObject upload, string member, JsonObject other)
    {
        var changed = (JsonObject)upload.DeepClone();
        changed[member] = (string)other[member]!;
        return changed;
    }

    private async Task<IEnumerable<string>> KeysOfAsync(string role) =>
        (await SendAsync(role, "/list-my-files", "tao")).Json["files"]!.AsArray().Select(file => (string)file!["key"]!).ToList();

    /// <summary>Sends a file or a part to its URL, as the answer says.</summary>
    private async Task<HttpStatusCode> PutAsync(JsonNode grant, byte[] bytes)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, (string)grant["url"]!) { Content = new ByteArrayContent(bytes) };
        foreach (var (name, value) in grant["headers"]?.AsObject() ?? [])
        {
            request.Headers.TryAddWithoutValidation(name, (string)value!);
        }

        using var response = await _store.SendAsync(request);
        return response.StatusCode;
    }

    private async Task UploadAsync(string role, string path)
    {
        var access = (await SendAsync(role, "/get-folder-access", "tao")).Json;
        foreach (var folder in FoldersOf(role))
        {
            var grant = Sources.Length == 1
                ? access
                : access["folders"]!.AsObject().Single(one => (string)one.Value!["folder"]! == folder).Value!;
            Assert.That(await PostAsync(grant, folder + path), Is.EqualTo(HttpStatusCode.NoContent));
        }
    }

    private async Task<HttpStatusCode> PostAsync(JsonNode grant, string key)
    {
        using var form = new MultipartFormDataContent();
        foreach (var (name, value) in grant["fields"]!.AsObject())
        {
            form.Add(new StringContent(name == "key" ? key : (string)value!), name);
        }

        form.Add(new ByteArrayContent([1]), "file", "file");
        using var response = await _store.PostAsync((string)grant["url"]!, form);
        return response.StatusCode;
    }

    /// <summary>Requests every URL of an answer.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="folders">The folders that it may name.</param>
    /// <param name="proof">
    /// The proof of the request. Only listings of answers to one kind of proof are requested: they do not depend on the kind of proof.
    /// </param>
    private async Task AssertNamesOnlyAsync(Answer answer, string[] folders, string proof)
    {
        var named = 0;
        if (answer.Json["s3_key"] is { } s3Key)
        {
            named++;
            AssertInside((string)s3Key!);
        }

        foreach (var text in Strings(answer.Json))
        {
            if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme != Uri.UriSchemeHttp)
            {
                continue;
            }

            var key = Uri.UnescapeDataString(url.AbsolutePath).Split('/', 3) is [_, _, var path] ? path : "";
            var parameters = url.Query.Length > 1 ? SignedUrl.Parameters(text) : new Dictionary<string, string>(StringComparer.Ordinal);
            if (parameters.TryGetValue("prefix", out var prefix))
            {
                named++;
                AssertInside(prefix);
                if (proof != Proofs[0])
                {
                    continue;
                }

                using var response = await _store.GetAsync(url);
                var listing = System.Xml.Linq.XDocument.Parse(await response.Content.ReadAsStringAsync());
                Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
                foreach (var listed in listing.Descendants().Where(element => element.Name.LocalName is "Key"))
                {
                    AssertInside(Uri.UnescapeDataString(listed.Value));
                }
            }
            else if (key.Length > 0)
            {
                named++;
                AssertInside(key);
            }
        }

        foreach (var policy in Policies(answer.Json))
        {
            var conditions = JsonNode.Parse(Convert.FromBase64String(policy))!["conditions"]!.AsArray();
            var keys = conditions.OfType<JsonArray>().Where(condition => condition[1]!.ToString() == "$key").ToList();
            Assert.That(keys, Has.Count.EqualTo(1));
            AssertInside((string)keys[0][2]!);
            named++;
        }

        Assert.That(named > 0 || answer.Text.Contains("\"files\":[]", StringComparison.Ordinal), Is.True, answer.Text);

        void AssertInside(string name) =>
            Assert.That(folders.Any(folder => name.StartsWith(folder, StringComparison.Ordinal)), Is.True, $"{name} in {answer.Text}");
    }

    private static void AssertAllowsOnly(JsonNode policy, string[] prefixes, bool mayWrite)
    {
        var statements = policy["Statement"]!.AsArray();

        Assert.That(statements, Has.Count.EqualTo(2));
        Assert.That(Texts(statements[0]!["Resource"]), Is.EqualTo(prefixes.Select(prefix => $"arn:aws:s3:::s3auth-dev/{prefix}*")));
        Assert.That(Texts(statements[0]!["Action"]).Contains("s3:PutObject"), Is.EqualTo(mayWrite));
        Assert.That(Texts(statements[1]!["Action"]), Is.EqualTo(new[] { "s3:ListBucket" }));
        Assert.That(Texts(statements[1]!["Resource"]), Is.EqualTo(new[] { "arn:aws:s3:::s3auth-dev" }));
        if (prefixes.Contains(""))
        {
            Assert.That(statements[1]!["Condition"], Is.Null, "A condition would refuse a listing without a prefix.");
        }
        else
        {
            Assert.That(
                Texts(statements[1]!["Condition"]!["StringLike"]!["s3:prefix"]), Is.EqualTo(prefixes.Select(prefix => $"{prefix}*")));
        }

        static IEnumerable<string> Texts(JsonNode? node) =>
            node is JsonArray items ? items.Select(item => (string)item!) : [(string)node!];
    }

    private static IEnumerable<string> Strings(JsonNode? node) => node switch
    {
        JsonObject members => members.SelectMany(member => Strings(member.Value)),
        JsonArray items => items.SelectMany(Strings),
        JsonValue value when value.TryGetValue<string>(out var text) => [text],
        _ => [],
    };

    private static IEnumerable<string> Policies(JsonNode? node) => node switch
    {
        JsonObject members => members.SelectMany(
            member => member.Key.Equals("policy", StringComparison.OrdinalIgnoreCase) ? [(string)member.Value!] : Policies(member.Value)),
        JsonArray items => items.SelectMany(Policies),
        _ => [],
    };

    /// <summary>Issues sessions whose token is their policy.</summary>
    private sealed class PolicyAsToken(TimeProvider time) : ISessionIssuer
    {
        public SessionMode Mode => SessionMode.Sts;

        public bool CanIssue(SessionScope scope) => true;

        public Task<Session> IssueAsync(SessionScope scope, TimeSpan duration, CancellationToken cancellationToken) => Task.FromResult(
            new Session(
                "key",
                "secret",
                SessionPolicy.Create("s3auth-dev", scope.Prefixes, scope.MayWrite),
                time.GetUtcNow(),
                time.GetUtcNow() + duration));

        public bool IsCurrent(Session session) => true;
    }
}
