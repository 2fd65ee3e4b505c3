using System.Xml.Linq;

namespace S3Auth.DevelopmentStore.Tests;

internal sealed class ListObjectsTests : StoreTests
{
    private const int Seed = 20261124;

    // Few letters, so that keys share prefixes. Those beyond U+FFFF sort differently in UTF-16 and in UTF-8.
    private static readonly string[] Letters = ["a", "b", "/", "/", "-", "+", " ", "%", "é", "\uffee", "😀"];

    [TestCase(true)]
    [TestCase(false)]
    public async Task Listing_agrees_with_a_brute_force_model_for_every_page_size(bool second)
    {
        var random = new Random(Seed);
        var keys = Enumerable.Range(0, 120).Select(_ => RandomText(random, 1, 6)).Distinct(StringComparer.Ordinal).ToArray();
        foreach (var key in keys)
        {
            Assert.That((await PutAsync(key, Bytes(key))).Status, Is.EqualTo(200), key);
        }

        for (var round = 0; round < 60; round++)
        {
            var prefix = RandomText(random, 0, 3);
            var delimiter = random.Next(3) switch { 0 => "", 1 => "/", _ => RandomText(random, 1, 3) };
            var after = random.Next(3) == 0 ? RandomText(random, 1, 4) : "";
            var maxKeys = random.Next(1, 30);
            var encoded = random.Next(2) == 0;
            var what = $"seed {Seed} round {round}: prefix '{prefix}' delimiter '{delimiter}' after '{after}' max {maxKeys}";

            // The first version continues after a key or after a whole common prefix. Only the second one can start within a prefix.
            var (contents, prefixes) = await ListAllAsync(second, prefix, delimiter, second ? after : "", maxKeys, encoded, what);
            var model = Model(keys, prefix, delimiter, second ? after : "");

            Assert.That(contents, Is.EqualTo(model.Contents), what);
            Assert.That(prefixes, Is.EqualTo(model.Prefixes), what);
        }
    }

    [Test]
    public async Task Page_counts_keys_and_common_prefixes_together()
    {
        foreach (var key in new[] { "a", "b/1", "b/2", "c", "d/1" })
        {
            await PutAsync(key, Bytes("x"));
        }

        var first = await ListAsync("delimiter=%2F&list-type=2&max-keys=2");
        Assert.That((first.Element("KeyCount"), first.Element("IsTruncated"), first.Element("MaxKeys")), Is.EqualTo(("2", "true", "2")));
        Assert.That(first.Text, Does.Contain("<Key>a</Key>").And.Contain("<Prefix>b/</Prefix>").And.Not.Contain("<Key>c</Key>"));

        var second = await ListAsync($"continuation-token={first.Element("NextContinuationToken")}&delimiter=%2F&list-type=2&max-keys=2");
        Assert.That(second.Text, Does.Contain("<Key>c</Key>").And.Contain("<Prefix>d/</Prefix>").And.Not.Contain("b/"));
        Assert.That((second.Element("IsTruncated"), second.Element("NextContinuationToken")), Is.EqualTo(("false", "")));
    }

    [Test]
    public async Task Page_is_not_truncated_when_it_ends_with_the_last_key()
    {
        await PutAsync("a", Bytes("x"));
        await PutAsync("b", Bytes("x"));
        Assert.That((await ListAsync("list-type=2&max-keys=2")).Element("IsTruncated"), Is.EqualTo("false"));
        var none = await ListAsync("list-type=2&max-keys=0");
        Assert.That((none.Element("IsTruncated"), none.Element("KeyCount")), Is.EqualTo(("false", "0")));
    }

    [Test]
    public async Task Page_has_at_most_1000_entries()
    {
        for (var i = 0; i < 1001; i++)
        {
            await PutAsync($"{i:d4}", []);
        }

        var answer = await ListAsync("list-type=2&max-keys=5000");
        Assert.That(
            (answer.Element("KeyCount"), answer.Element("MaxKeys"), answer.Element("IsTruncated")),
            Is.EqualTo(("1000", "1000", "true")));
    }

    [Test]
    public async Task Entry_describes_its_object()
    {
        await Signer.Authorize(On("PUT", "k", Bytes("hello")).With("x-amz-storage-class", "GLACIER")).SendAsync();

        var entry = XDocument.Parse((await ListAsync("fetch-owner=true&list-type=2")).Text)
            .Descendants()
            .First(e => e.Name.LocalName is "Contents");
        var values = entry.Elements().Select(e => $"{e.Name.LocalName}={e.Value}").ToArray();

        Assert.That(values, Is.EqualTo(new[]
        {
            "Key=k",
            $"LastModified={Store.Clock.GetUtcNow().UtcDateTime:yyyy-MM-dd'T'HH:mm:ss}.000Z",
            "ETag=\"5d41402abc4b2a76b9719d911017c592\"",
            "Size=5",
            $"Owner={RunningStore.AccessKey}{RunningStore.AccessKey}", "StorageClass=GLACIER",
        }));
    }

    [Test]
    public async Task Key_with_control_characters_is_a_character_reference_or_percent_encoded()
    {
        await PutAsync("a\u0001\r\n<b>", Bytes("x"));
        Assert.That((await ListAsync()).Text, Does.Contain("<Key>a&#x1;&#xD;").And.Contain("&lt;b&gt;</Key>"));
        Assert.That((await ListAsync("encoding-type=url&list-type=2")).Text, Does.Contain("<Key>a%01%0D%0A%3Cb%3E</Key>"));
    }

    [TestCase("a b.txt", "a+b.txt")]
    [TestCase("a+b.txt", "a%2Bb.txt")]
    [TestCase("100%25.csv", "100%2525.csv")]
    [TestCase("한글/x.txt", "%ED%95%9C%EA%B8%80/x.txt")]
    [TestCase("~*-._()!'/", "%7E*-._%28%29%21%27/")]
    [TestCase("%20+%2A~", "%2520%2B%252A%7E")]
    public async Task Key_is_encoded_as_s3_encodes_it(string key, string encoded)
    {
        await PutAsync(key, Bytes("x"));

        Assert.That((await ListAsync("encoding-type=url&list-type=2")).Text, Does.Contain($"<Key>{encoded}</Key>"));
        Assert.That(
            (await ListAsync($"delimiter={TestSigner.Encode(key)}&encoding-type=url&list-type=2&start-after=%20%20")).Text,
            Does.Contain($"<CommonPrefixes><Prefix>{encoded}</Prefix></CommonPrefixes>").And.Contain("<StartAfter>++</StartAfter>"));
        Assert.That(
            (await ListAsync($"encoding-type=url&list-type=2&prefix={TestSigner.Encode(key)}")).Text,
            Does.Contain($"<Prefix>{encoded}</Prefix>"));
    }

    [TestCase("list-type=3")]
    [TestCase("list-type=2&max-keys=-1")]
    [TestCase("list-type=2&max-keys=ten")]
    [TestCase("list-type=2&max-keys=99999999999")]
    [TestCase("encoding-type=xml&list-type=2")]
    [TestCase("continuation-token=&list-type=2")]
    [TestCase("continuation-token=nonsense&list-type=2")]
    [TestCase("continuation-token=a_8&list-type=2")]
    [TestCase("continuation-token=%21%21&list-type=2")]
    public async Task Bad_parameters_are_refused(string query) =>
        Assert.That((await ListAsync(query)).Summary, Is.EqualTo("400 InvalidArgument"));

    [Test]
    public async Task Unknown_parameters_are_ignored_if_S3_ignores_them_and_refused_otherwise()
    {
        await PutAsync("a", Bytes("x"));
        await PutAsync("b", Bytes("x"));
        Assert.That((await ListAsync("list-type=2&x-prefix=a")).Element("KeyCount"), Is.EqualTo("2"));
        Assert.That((await ListAsync("list-type=2&versions=")).Summary, Is.EqualTo("501 NotImplemented"));
    }

    [Test]
    public async Task Presigned_listing_works_only_for_its_prefix()
    {
        await PutAsync("data/5Fabc/1", Bytes("x"));
        await PutAsync("data/5Fabcd/1", Bytes("x"));
        var request = Signer.Presign(Request("GET", $"/{Bucket}?list-type=2&prefix=data%2F5Fabc%2F"));
        Assert.That((await request.SendAsync()).Element("KeyCount"), Is.EqualTo("1"));

        var target = request.Target;
        foreach (var changed in new[]
        {
            target.Replace("5Fabc%2F", "5Fabcd%2F", StringComparison.Ordinal), target.Replace("5Fabc%2F", "", StringComparison.Ordinal),
            target.Replace("prefix=", "x-prefix=", StringComparison.Ordinal),
            target + "&start-after=data%2F5Fabc%2F0",
            target + "&delimiter=%2F",
        })
        {
            request.Target = changed;
            Assert.That((await request.SendAsync()).Summary, Is.EqualTo("403 SignatureDoesNotMatch"), changed);
        }

        request.Target = target + "&prefix=";
        Assert.That((await request.SendAsync()).Summary, Is.EqualTo("400 InvalidArgument"));
    }

    private async Task<(List<string> Contents, List<string> Prefixes)> ListAllAsync(
        bool second, string prefix, string delimiter, string after, int maxKeys, bool encoded, string what)
    {
        var (contents, prefixes) = (new List<string>(), new List<string>());
        var next = "";
        for (var pages = 0; pages < 200; pages++)
        {
            var parameters = new SortedDictionary<string, string>(StringComparer.Ordinal)
            {
                ["prefix"] = prefix, ["delimiter"] = delimiter, ["max-keys"] = $"{maxKeys}",
            };
            if (second)
            {
                parameters["list-type"] = "2";
                parameters["start-after"] = after;
            }

            if (encoded)
            {
                parameters["encoding-type"] = "url";
            }

            if (next.Length > 0)
            {
                parameters[second ? "continuation-token" : "marker"] = next;
            }

            var answer = await ListAsync(string.Join('&', parameters.Select(p => $"{p.Key}={TestSigner.Encode(p.Value)}")));
            Assert.That(answer.Status, Is.EqualTo(200), what);
            var root = XDocument.Parse(answer.Text, LoadOptions.PreserveWhitespace).Root!;
            string Text(string text) => encoded ? Uri.UnescapeDataString(text.Replace('+', ' ')) : text;
            var keys = Values(root, "Contents", "Key").Select(Text).ToList();
            var common = Values(root, "CommonPrefixes", "Prefix").Select(Text).ToList();
            contents.AddRange(keys);
            prefixes.AddRange(common);
            var truncated = answer.Element("IsTruncated") is "true";
            Assert.That(keys.Count + common.Count, truncated ? Is.EqualTo(maxKeys) : Is.AtMost(maxKeys), what);
            if (!truncated)
            {
                return (contents, prefixes);
            }

            next = second ? answer.Element("NextContinuationToken")
                : delimiter.Length > 0 ? Text(answer.Element("NextMarker"))
                : keys[^1];
        }

        throw new InvalidOperationException("The listing does not end: " + what);
    }

    private static (string[] Contents, string[] Prefixes) Model(string[] keys, string prefix, string delimiter, string after)
    {
        var matching = keys
            .Where(key => key.StartsWith(prefix, StringComparison.Ordinal) && (after.Length == 0 || Compare(key, after) > 0))
            .Order(Comparer<string>.Create(Compare))
            .Select(key => (Key: key, Cut: delimiter.Length == 0 ? -1 : key.IndexOf(delimiter, prefix.Length, StringComparison.Ordinal)))
            .ToArray();
        return (
            matching.Where(item => item.Cut < 0).Select(item => item.Key).ToArray(),
            matching
                .Where(item => item.Cut >= 0)
                .Select(item => item.Key[..(item.Cut + delimiter.Length)])
                .Distinct(StringComparer.Ordinal)
                .ToArray());
    }

    private static int Compare(string a, string b) =>
        string.CompareOrdinal(Convert.ToHexString(Encoding.UTF8.GetBytes(a)), Convert.ToHexString(Encoding.UTF8.GetBytes(b)));

    private static IEnumerable<string> Values(XElement root, string element, string child) =>
        root.Elements(root.Name.Namespace + element).Select(e => e.Element(root.Name.Namespace + child)!.Value);

    private static string RandomText(Random random, int min, int max) =>
        string.Concat(Enumerable.Range(0, random.Next(min, max + 1)).Select(_ => Letters[random.Next(Letters.Length)]));
}
