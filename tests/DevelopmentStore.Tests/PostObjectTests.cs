using System.Net;

namespace S3Auth.DevelopmentStore.Tests;

internal sealed class PostObjectTests : StoreTests
{
    [Test]
    public async Task Form_within_its_policy_is_stored()
    {
        var answer = await new TestForm(Store).SendAsync();

        Assert.That(answer.Status, Is.EqualTo(204));
        Assert.That(answer.Headers["ETag"], Is.EqualTo("\"5d41402abc4b2a76b9719d911017c592\""));
        Assert.That(answer.Headers["Location"], Is.EqualTo($"{Store.Endpoint}{Bucket}/up/a.txt"));
        Assert.That((await GetAsync("up/a.txt")).Text, Is.EqualTo("hello"));
    }

    private static readonly object[][] OutsideThePolicy =
    [
        ["key outside the prefix", "403 AccessDenied", (TestForm form) => form.Fields[0] = ("key", "uq/a")],
        ["sibling of the prefix", "403 AccessDenied", (TestForm form) => form.Fields[0] = ("key", "up")],
        ["no key", "400 InvalidArgument", (TestForm form) => form.Fields.RemoveAt(0)],
        ["empty key", "400 InvalidArgument", (TestForm form) => form.Fields[0] = ("key", "")],
        ["key in other case", "403 AccessDenied", (TestForm form) => form.Fields[0] = ("key", "UP/a")],
        ["key with NUL", "400 InvalidURI", (TestForm form) => form.Fields[0] = ("key", "up/a\0b")],
        ["key too long", "400 KeyTooLongError", (TestForm form) => form.Fields[0] = ("key", "up/" + new string('é', 511))],
        ["another acl", "403 AccessDenied", (TestForm form) => form.Fields[1] = ("acl", "public-read")],
        ["acl missing", "403 AccessDenied", (TestForm form) => form.Fields.RemoveAt(1)],
        ["an acl that the policy allows", "400 AccessControlListNotSupported", (TestForm form) =>
        {
            form.Fields[1] = ("acl", "public-read");
            form.Conditions[2] = new object[] { "starts-with", "$acl", "" };
        }],
        ["field not in the policy", "403 AccessDenied", (TestForm form) => form.Fields.Add(("x-amz-meta-a", "1"))],
        ["unknown field not in the policy", "403 AccessDenied", (TestForm form) => form.Fields.Add(("whatever", "1"))],
        ["storage class not in the policy", "403 AccessDenied", (TestForm form) => form.Fields.Add(("x-amz-storage-class", "GLACIER"))],
        ["unknown storage class", "400 InvalidStorageClass", (TestForm form) => Allow(form, "x-amz-storage-class", "CHEAP")],
        ["encryption", "501 NotImplemented", (TestForm form) => Allow(form, "x-amz-server-side-encryption", "AES256")],
        ["metadata too large", "400 MetadataTooLarge", (TestForm form) => Allow(form, "x-amz-meta-a", new string('x', 2048))],
        ["metadata with a line feed", "400 InvalidArgument", (TestForm form) => Allow(form, "x-amz-meta-a", "a\r\nSet-Cookie: b")],
        ["metadata name of no header", "400 InvalidArgument", (TestForm form) => Allow(form, "x-amz-meta-a b", "1")],
        ["field twice", "400 InvalidArgument", (TestForm form) => form.Fields.Add(("KEY", "up/b"))],
        ["bucket of the policy", "403 AccessDenied", (TestForm form) =>
            form.Conditions[0] = new Dictionary<string, string>(StringComparer.Ordinal) { ["bucket"] = "another" }],
        ["bucket of the form", "403 AccessDenied", (TestForm form) =>
        {
            form.Fields.Add(("bucket", "another"));
            form.Conditions.Add(new object[] { "starts-with", "$bucket", "" });
        }],
        ["bucket of the URL", "404 NoSuchBucket", (TestForm form) => form.Target = "/another"],
        [
            "condition for a field that is missing",
            "403 AccessDenied",
            (TestForm form) => form.Conditions.Add(new[] { "starts-with", "$x-amz-meta-a", "" }),
        ],
        ["too small", "400 EntityTooSmall", (TestForm form) => form.File = []],
        ["too large", "400 EntityTooLarge", (TestForm form) => form.File = new byte[1001]],
        ["too large and no policy's range", "400 EntityTooLarge", (TestForm form) =>
        {
            form.File = new byte[11];
            form.Conditions.Add(new object[] { "content-length-range", 0, 10 });
        }],
        ["expired", "403 AccessDenied", (TestForm form) => form.Expiration = "2020-01-01T00:00:00Z"],
        ["no file", "400 InvalidArgument", (TestForm form) => form.FileDisposition = "form-data; name=\"other\""],
        [
            "file name in UTF-7",
            "400 MalformedPOSTRequest",
            (TestForm form) => form.FileDisposition = "form-data; name=\"file\"; filename*=utf-7''a",
        ],
        ["query parameters", "501 NotImplemented", (TestForm form) => form.Target += "?acl"],
        ["another secret", "403 SignatureDoesNotMatch", (TestForm form) => form.Signer = form.Signer with { SecretKey = "another secret" }],
        ["another key", "403 InvalidAccessKeyId", (TestForm form) => form.Signer = form.Signer with { AccessKey = "AKIDUNKNOWN" }],
        [
            "another region",
            "400 AuthorizationQueryParametersError",
            (TestForm form) => form.Signer = form.Signer with { Region = "eu-west-1" },
        ],
        ["another service", "400 AuthorizationQueryParametersError", (TestForm form) => form.Signer = form.Signer with { Service = "ec2" }],
        ["another day", "400 AuthorizationQueryParametersError", (TestForm form) => form.Signer = form.Signer with { Day = "20200101" }],
    ];

    [TestCaseSource(nameof(OutsideThePolicy))]
    public async Task Form_outside_its_policy_is_refused_and_leaves_nothing(string what, string expected, object change)
    {
        var form = new TestForm(Store);
        ((Delegate)change).DynamicInvoke(form);

        Assert.That((await form.SendAsync()).Summary, Is.EqualTo(expected), what);
        Assert.That(Store.Files(), Is.Empty);
    }

    [TestCase("x-amz-algorithm", "400 InvalidArgument")]
    [TestCase("x-amz-credential", "400 InvalidArgument")]
    [TestCase("x-amz-date", "400 InvalidArgument")]
    [TestCase("x-amz-signature", "400 InvalidArgument")]
    [TestCase("policy", "403 AccessDenied")]
    public async Task Form_needs_every_field_of_its_signature(string field, string expected)
    {
        var form = new TestForm(Store);
        form.Fields.AddRange(form.Signature().Where(signed => !string.Equals(signed.Name, field, StringComparison.Ordinal)));

        Assert.That((await form.BuildUnsigned().SendAsync()).Summary, Is.EqualTo(expected));
    }

    [Test]
    public async Task Policy_altered_after_signing_is_refused()
    {
        var form = new TestForm(Store);
        var signature = form.Signature();
        form.Conditions[3] = new object[] { "content-length-range", 0, 1_000_000 };
        var altered = form.Signature();
        form.Fields.AddRange(signature.Select((field, i) => field.Name is "policy" ? altered[i] : field));

        Assert.That((await form.BuildUnsigned().SendAsync()).Summary, Is.EqualTo("403 SignatureDoesNotMatch"));
    }

    [Test]
    public async Task Policy_ends_at_its_expiration()
    {
        var request = new TestForm(Store).Build();
        Store.Clock.Advance(TimeSpan.FromMinutes(59));
        Assert.That((await request.SendAsync()).Status, Is.EqualTo(204));
        Store.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.That((await request.SendAsync()).Summary, Is.EqualTo("403 AccessDenied"));
    }

    [TestCase("not json")]
    [TestCase("")]
    [TestCase("[]")]
    [TestCase("{}")]
    [TestCase("""{"expiration":"2099-01-01T00:00:00Z"}""")]
    [TestCase("""{"conditions":[]}""")]
    [TestCase("""{"expiration":"tomorrow","conditions":[]}""")]
    [TestCase("""{"expiration":1,"conditions":[]}""")]
    [TestCase("""{"expiration":"2099-01-01T00:00:00Z","CONDITIONS":[]}""")]
    [TestCase("""{"expiration":"2099-01-01T00:00:00Z","conditions":{}}""")]
    [TestCase("""{"expiration":"2099-01-01T00:00:00Z","conditions":["x"]}""")]
    [TestCase("""{"expiration":"2099-01-01T00:00:00Z","conditions":[{}]}""")]
    [TestCase("""{"expiration":"2099-01-01T00:00:00Z","conditions":[{"a":"b","c":"d"}]}""")]
    [TestCase("""{"expiration":"2099-01-01T00:00:00Z","conditions":[{"a":1}]}""")]
    [TestCase("""{"expiration":"2099-01-01T00:00:00Z","conditions":[["eq","key","a"]]}""")]
    [TestCase("""{"expiration":"2099-01-01T00:00:00Z","conditions":[["eq","$","a"]]}""")]
    [TestCase("""{"expiration":"2099-01-01T00:00:00Z","conditions":[["eq","$key"]]}""")]
    [TestCase("""{"expiration":"2099-01-01T00:00:00Z","conditions":[["ne","$key","a"]]}""")]
    [TestCase("""{"expiration":"2099-01-01T00:00:00Z","conditions":[["content-length-range",-1,0]]}""")]
    [TestCase("""{"expiration":"2099-01-01T00:00:00Z","conditions":[["content-length-range",0]]}""")]
    [TestCase("""{"expiration":"2099-01-01T00:00:00Z","conditions":[["content-length-range",0,"10"]]}""")]
    [TestCase("""{"expiration":"2099-01-01T00:00:00Z","conditions":[["content-length-range",0,1e400]]}""")]
    [TestCase("""{"expiration":"2099-01-01T00:00:00Z","conditions":[["eq","$key","\ud800"]]}""")]
    [TestCase("""{"expiration":"2099-01-01T00:00:00Z","expiration":"2098-01-01T00:00:00Z","conditions":[]}""")]
    [TestCase("""{"expiration":"2099-01-01T00:00:00Z","conditions":[[[[[[[[[[]]]]]]]]]]}""")]
    public async Task Policy_of_another_form_is_refused(string policy)
    {
        var form = new TestForm(Store) { PolicyText = policy };
        Assert.That((await form.SendAsync()).Summary, Is.EqualTo(policy.Length == 0 ? "400 InvalidArgument" : "400 InvalidPolicyDocument"));
    }

    [Test]
    public async Task Policy_that_is_not_base64_is_refused()
    {
        var form = new TestForm(Store);
        form.Fields.AddRange(form.Signature().Select(field => field.Name switch
        {
            "policy" => ("policy", "***"),
            "x-amz-signature" => (field.Name, form.Signer.Sign("***")),
            _ => field,
        }));
        Assert.That((await form.BuildUnsigned().SendAsync()).Summary, Is.EqualTo("400 InvalidPolicyDocument"));
    }

    [Test]
    public async Task All_policy_conditions_apply_and_names_ignore_case()
    {
        var form = new TestForm(Store);
        form.Fields[0] = ("KEY", "up/x");
        form.Fields.Add(("Content-Type", "text/csv"));
        form.Fields.Add(("X-Amz-Meta-Who", "me"));
        form.Fields.Add(("x-ignore-this", "anything"));
        form.Conditions.Add(new[] { "starts-with", "$content-type", "text/" });
        form.Conditions.Add(new Dictionary<string, string>(StringComparer.Ordinal) { ["x-amz-META-who"] = "me" });

        Assert.That((await form.SendAsync()).Status, Is.EqualTo(204));
        var answer = await GetAsync("up/x");
        Assert.That(answer.Headers["Content-Type"], Is.EqualTo("text/csv"));
        Assert.That(answer.Headers["x-amz-meta-who"], Is.EqualTo("me"));
    }

    [Test]
    public async Task Every_item_of_a_content_type_list_must_have_the_policys_prefix()
    {
        var form = new TestForm(Store);
        form.Fields.Add(("Content-Type", "image/png,text/html"));
        form.Conditions.Add(new[] { "starts-with", "$Content-Type", "image/" });
        Assert.That((await form.SendAsync()).Summary, Is.EqualTo("403 AccessDenied"));
    }

    [TestCase(1, "204")]
    [TestCase(1000, "204")]
    [TestCase(0, "400 EntityTooSmall")]
    [TestCase(1001, "400 EntityTooLarge")]
    public async Task File_size_is_checked_to_the_byte(int size, string expected) =>
        Assert.That((await new TestForm(Store) { File = new byte[size] }.SendAsync()).Summary, Is.EqualTo(expected));

    [TestCase("form-data; name=\"file\"; filename=\"a b.txt\"", "up/a b.txt")]
    [TestCase("form-data; name=\"file\"; filename=\"C:\\dir\\sub\\x.bin\"", "up/x.bin")]
    [TestCase("form-data; name=\"file\"; filename=\"/etc/../../passwd\"", "up/passwd")]
    [TestCase("form-data; name=\"file\"; filename=\"..\"", "up/..")]
    [TestCase("form-data; name=\"file\"; filename=\"${filename}\"", "up/${filename}")]
    [TestCase("form-data; name=\"file\"; filename=\"日本é.txt\"", "up/日本é.txt")]
    [TestCase("form-data; name=\"file\"; filename=\"say \\\"hi\\\".txt\"", "up/say \"hi\".txt")]
    [TestCase("form-data; name=\"file\"; filename*=utf-8''na%C3%AFve.txt", "up/naïve.txt")]
    [TestCase("form-data; name=\"file\"; filename=\"x\"; filename*=utf-8''a%2Fb.txt", "up/b.txt")]
    [TestCase("form-data; name=file; filename=plain.txt", "up/plain.txt")]
    [TestCase("form-data; name=\"FILE\"; filename=\"q\"", "up/q")]
    [TestCase("form-data; filename=\"swapped\"; name=\"file\"", "up/swapped")]
    [TestCase("form-data; name=\"file\"", "up/")]
    public async Task Filename_is_inserted_into_the_key_without_its_folders(string disposition, string key)
    {
        Assert.That((await new TestForm(Store) { FileDisposition = disposition }.SendAsync()).Status, Is.EqualTo(204));
        Assert.That((await GetAsync(key)).Text, Is.EqualTo("hello"));
    }

    [Test]
    public async Task Exact_key_condition_applies_to_the_key_that_is_written()
    {
        var form = new TestForm(Store);
        form.Conditions[1] = new[] { "eq", "$key", "up/a.txt" };
        Assert.That((await form.SendAsync()).Status, Is.EqualTo(204));

        form = new TestForm(Store) { FileDisposition = "form-data; name=\"file\"; filename=\"b.txt\"" };
        form.Conditions[1] = new[] { "eq", "$key", "up/a.txt" };
        Assert.That((await form.SendAsync()).Summary, Is.EqualTo("403 AccessDenied"));
    }

    [Test]
    public async Task Data_after_the_file_is_ignored()
    {
        var form = new TestForm(Store)
        {
            AfterFile = $"--{TestForm.Boundary}\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\nother/key\r\n"
                + $"--{TestForm.Boundary}\r\nContent-Disposition: form-data; name=\"submit\"\r\n\r\nUpload\r\n",
        };
        Assert.That((await form.SendAsync()).Status, Is.EqualTo(204));
        Assert.That((await GetAsync("up/a.txt")).Text, Is.EqualTo("hello"));
    }

    [Test]
    public async Task Field_after_the_file_is_ignored()
    {
        var form = new TestForm(Store);
        form.Fields.RemoveAt(0);
        form.AfterFile = $"--{TestForm.Boundary}\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\nup/key\r\n";
        Assert.That((await form.SendAsync()).Summary, Is.EqualTo("400 InvalidArgument"));
    }

    [TestCase("200", 200)]
    [TestCase("201", 201)]
    [TestCase("204", 204)]
    [TestCase("404", 204)]
    [TestCase("", 204)]
    public async Task Success_status_is_the_requested_one(string asked, int expected)
    {
        var form = new TestForm(Store);
        form.Fields.Add(("success_action_status", asked));
        form.Conditions.Add(new[] { "eq", "$success_action_status", asked });
        var answer = await form.SendAsync();

        Assert.That(answer.Status, Is.EqualTo(expected));
        if (expected == 201)
        {
            Assert.That(answer.Element("Key"), Is.EqualTo("up/a.txt"));
            Assert.That(answer.Element("Bucket"), Is.EqualTo(Bucket));
            Assert.That(answer.Element("ETag"), Is.EqualTo(answer.Headers["ETag"]));
            Assert.That(answer.Element("Location"), Is.EqualTo(answer.Headers["Location"]));
        }
    }

    [TestCase(
        "https://example.test/done",
        "https://example.test/done?bucket=s3auth-dev&key=up%2Fa.txt&etag=%225d41402abc4b2a76b9719d911017c592%22")]
    [TestCase(
        "http://example.test/done?x=1",
        "http://example.test/done?x=1&bucket=s3auth-dev&key=up%2Fa.txt&etag=%225d41402abc4b2a76b9719d911017c592%22")]
    [TestCase("javascript:alert(1)", null)]
    [TestCase("/relative", null)]
    public async Task Success_redirect_goes_to_the_requested_url(string url, string? location)
    {
        var form = new TestForm(Store);
        form.Fields.Add(("success_action_redirect", url));
        form.Conditions.Add(new[] { "eq", "$success_action_redirect", url });
        var answer = await form.SendAsync();

        Assert.That(answer.Status, Is.EqualTo(location is null ? 204 : 303));
        if (location is not null)
        {
            Assert.That(answer.Headers["Location"], Is.EqualTo(location));
        }
    }

    [Test]
    public async Task Fields_before_the_file_are_bounded()
    {
        var form = new TestForm(Store);
        form.Fields.Insert(0, ("x-ignore-1", new string('x', 21_000)));
        Assert.That((await form.SendAsync()).Summary, Is.EqualTo("400 MaxPostPreDataLengthExceeded"));

        form = new TestForm(Store);
        form.Fields.InsertRange(0, Enumerable.Range(0, 30).Select(i => ($"x-ignore-{i}", new string('x', 1000))));
        Assert.That((await form.SendAsync()).Summary, Is.EqualTo("400 MaxPostPreDataLengthExceeded"));

        form = new TestForm(Store);
        form.Fields.Insert(0, ("x-ignore-1", new string('x', 15_000)));
        Assert.That((await form.SendAsync()).Status, Is.EqualTo(204));
    }

    [TestCase("multipart/form-data")]
    [TestCase("multipart/form-data; boundary=")]
    [TestCase("multipart/form-data; boundary=\"\"")]
    [TestCase("multipart/form-data; boundary=another")]
    [TestCase("multipart/form-data; boundary=0123456789012345678901234567890123456789012345678901234567890123456789x")]
    [TestCase("multipart/form-data;;;")]
    public async Task Form_with_a_bad_boundary_is_refused(string contentType) =>
        Assert.That(
            (await new TestForm(Store).Build().Replace("Content-Type", contentType).SendAsync()).Summary,
            Is.EqualTo("400 MalformedPOSTRequest"));

    [Test]
    public async Task Form_that_ends_early_is_refused_and_leaves_nothing()
    {
        var whole = new TestForm(Store).Build();
        for (var length = 0; length < whole.Body.Length - 4; length += 37)
        {
            var request = whole;
            var body = whole.Body[..length];
            request = new RawRequest(Store.Endpoint, "POST", whole.Target) { Body = body };
            request.With("Content-Type", "multipart/form-data; boundary=" + TestForm.Boundary);
            Assert.That((await request.SendAsync()).Summary, Is.EqualTo("400 MalformedPOSTRequest"), $"{length} bytes");
        }

        Assert.That(Store.Files(), Is.Empty);
    }

    [Test]
    public async Task Form_without_content_length_is_refused()
    {
        var request = new TestForm(Store).Build().With("Transfer-Encoding", "chunked");
        request.DeclaredLength = -1;
        request.Body =
            [.. Bytes(request.Body.Length.ToString("x", CultureInfo.InvariantCulture) + "\r\n"), .. request.Body, .. "\r\n0\r\n\r\n"u8];
        Assert.That((await request.SendAsync()).Summary, Is.EqualTo("411 MissingContentLength"));
    }

    [Test]
    public async Task Field_that_is_not_utf8_is_refused()
    {
        var form = new TestForm(Store);
        form.Fields.Insert(0, ("x-ignore-bad", "????"));
        var request = form.Build();
        var at = request.Body.AsSpan().IndexOf("????"u8);
        request.Body[at] = 0xff;
        Assert.That((await request.SendAsync()).Summary, Is.EqualTo("400 InvalidArgument"));
    }

    [TestCase("????", true)]
    [TestCase("up/${filename}", false)]
    public async Task Key_that_is_not_utf8_is_refused_in_field_and_file_name(string key, bool inField)
    {
        var form = new TestForm(Store) { FileDisposition = "form-data; name=\"file\"; filename=\"????\"" };
        form.Fields.RemoveAll(field => field.Name == "key");
        form.Fields.Insert(0, ("key", key));
        var request = form.Build();
        var body = request.Body.AsSpan();
        body[inField ? body.IndexOf("????"u8) : body.LastIndexOf("????"u8)] = 0xff;

        Assert.That((await request.SendAsync()).Summary, Is.EqualTo("400 InvalidArgument"));
    }

    [Test]
    public async Task File_may_contain_text_like_a_boundary()
    {
        var file = Encoding.UTF8.GetBytes($"a\r\n--{TestForm.Boundary[..^1]}\r\n--\r\n\r\n--{TestForm.Boundary[..10]}--\r\n");
        await new TestForm(Store) { File = file }.SendAsync();
        Assert.That((await GetAsync("up/a.txt")).Body, Is.EqualTo(file));
    }

    [Test]
    public async Task File_declared_larger_than_5_GiB_is_refused_unread()
    {
        const long size = (5L * 1024 * 1024 * 1024) + 1;
        var form = new TestForm(Store) { File = [] };
        form.Conditions[3] = new object[] { "content-length-range", 1024, 5368709120 };
        var request = form.Build();
        request.DeclaredLength = request.Body.Length + size;
        request.Body = request.Body[..^("\r\n--" + TestForm.Boundary + "--\r\n").Length];

        var answer = await request.SendAsync();

        Assert.That(answer.Summary, Is.EqualTo("400 EntityTooLarge"));
        Assert.That(answer.Element("ProposedSize"), Is.EqualTo("5368709121"));
        Assert.That(Store.Files(), Is.Empty);
    }

    [Test]
    public async Task Body_declared_larger_than_all_limits_is_refused_unread()
    {
        var request = new TestForm(Store).Build();
        request.DeclaredLength = long.MaxValue;
        Assert.That((await request.SendAsync()).Summary, Is.EqualTo("400 EntityTooLarge"));
    }

    [Test]
    public async Task Forms_of_HttpClient_are_accepted()
    {
        using var client = new HttpClient();
        var form = new TestForm(Store);
        using var content = new MultipartFormDataContent();
        foreach (var (name, value) in form.Fields.Concat(form.Signature()))
        {
            content.Add(new StringContent(value), name);
        }

        content.Add(new ByteArrayContent(Bytes("dotnet")), "file", "über name.bin");
        using var answer = await client.PostAsync(new Uri(Store.Endpoint, Bucket), content);

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.NoContent));
        Assert.That((await GetAsync("up/über name.bin")).Text, Is.EqualTo("dotnet"));
    }

    [Test]
    public async Task Web_page_of_another_origin_may_upload()
    {
        var preflight = await Request("OPTIONS", $"/{Bucket}").With("Origin", "http://127.0.0.1:5000")
            .With("Access-Control-Request-Method", "POST").With("Access-Control-Request-Headers", "content-type, x-amz-date").SendAsync();
        Assert.That(preflight.Status, Is.EqualTo(200));
        Assert.That(preflight.Headers["Access-Control-Allow-Origin"], Is.EqualTo("*"));
        Assert.That(preflight.Headers["Access-Control-Allow-Methods"], Does.Contain("POST").And.Contain("PUT"));
        Assert.That(preflight.Headers["Access-Control-Allow-Headers"], Is.EqualTo("content-type, x-amz-date"));

        var answer = await new TestForm(Store).Build().With("Origin", "http://127.0.0.1:5000").SendAsync();
        Assert.That(answer.Headers["Access-Control-Allow-Origin"], Is.EqualTo("*"));
        Assert.That(answer.Headers, Does.Not.ContainKey("Access-Control-Allow-Credentials"));
        Assert.That((await new TestForm(Store).SendAsync()).Headers, Does.Not.ContainKey("Access-Control-Allow-Origin"));
    }

    private static void Allow(TestForm form, string field, string value)
    {
        form.Fields.Add((field, value));
        form.Conditions.Add(new[] { "starts-with", "$" + field, "" });
    }
}
