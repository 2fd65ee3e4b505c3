namespace S3Auth.DevelopmentStore.Tests;

internal sealed class DeleteObjectsTests : StoreTests
{
    [Test]
    public async Task Named_objects_are_deleted_and_others_stay()
    {
        foreach (var key in (string[])["a", "b/ü &<.txt", " ", "stays"])
        {
            await PutAsync(key, Bytes("x"));
        }

        var answer = await DeleteAsync(Xml("a", "b/ü &amp;&lt;.txt", " ", "none"));

        Assert.That(answer.Summary, Is.EqualTo("200"), answer.Text);
        Assert.That(answer.Text, Does.Contain("<Deleted><Key>a</Key></Deleted>").And.Contain("<Key>none</Key>").And.Not.Contain("<Error>"));
        var listing = await ListAsync();
        Assert.That((listing.Element("KeyCount"), listing.Text), Is.EqualTo(("1", listing.Text)));
        Assert.That(listing.Text, Does.Contain("<Key>stays</Key>"));
        Assert.That(Store.Files(), Has.Length.EqualTo(1));
    }

    [Test]
    public async Task Quiet_answer_names_only_what_failed()
    {
        await PutAsync("a", Bytes("x"));
        await PutAsync("b", Bytes("x"));
        var answer = await DeleteAsync(
            "<Delete><Quiet>true</Quiet><Object><Key>a</Key><VersionId>null</VersionId></Object>"
            + "<Object><Key>b</Key><VersionId>7</VersionId></Object></Delete>");

        Assert.That(answer.Text, Does.Not.Contain("<Deleted>").And.Contain("<Code>NoSuchVersion</Code>").And.Contain("<Key>b</Key>"));
        Assert.That((await GetAsync("a")).Summary, Is.EqualTo("404 NoSuchKey"));
        Assert.That((await GetAsync("b")).Status, Is.EqualTo(200));
    }

    [TestCase("", "400 MalformedXML")]
    [TestCase("<Delete/>", "400 MalformedXML")]
    [TestCase("<Delete><Object/></Delete>", "400 MalformedXML")]
    [TestCase("<Delete><Object><Key></Key></Object></Delete>", "400 MalformedXML")]
    [TestCase("<Delete><Key>a</Key></Delete>", "400 MalformedXML")]
    [TestCase("<Delete><Object><Key>a</Key></Object>", "400 MalformedXML")]
    [TestCase("<Delete><Object><Key>a<b/></Key></Object></Delete>", "400 MalformedXML")]
    [TestCase("<!DOCTYPE Delete [<!ENTITY k \"a\">]><Delete><Object><Key>&k;</Key></Object></Delete>", "400 MalformedXML")]
    [TestCase("<Delete><Object><Key>a</Key><ETag>x</ETag></Object></Delete>", "501 NotImplemented")]
    public async Task Other_XML_is_refused_and_deletes_nothing(string xml, string expected)
    {
        await PutAsync("a", Bytes("x"));
        Assert.That((await DeleteAsync(xml)).Summary, Is.EqualTo(expected));
        Assert.That((await GetAsync("a")).Status, Is.EqualTo(200));
    }

    [Test]
    public async Task At_most_1000_keys_and_2_MiB_are_taken()
    {
        await PutAsync("999", Bytes("x"));
        var keys = Enumerable.Range(0, 1001).Select(i => i.ToString(CultureInfo.InvariantCulture)).ToArray();
        Assert.That((await DeleteAsync(Xml(keys))).Summary, Is.EqualTo("400 MalformedXML"));
        Assert.That((await GetAsync("999")).Status, Is.EqualTo(200));
        Assert.That((await DeleteAsync(Xml(keys[..1000]))).Status, Is.EqualTo(200));
        Assert.That((await GetAsync("999")).Status, Is.EqualTo(404));
        Assert.That((await DeleteAsync(new string(' ', (2 * 1024 * 1024) + 1))).Summary, Is.EqualTo("400 MaxMessageLengthExceeded"));
    }

    [Test]
    public async Task Body_needs_a_digest_that_matches()
    {
        await PutAsync("a", Bytes("x"));
        var body = Bytes(Xml("a"));
        RawRequest Delete() => Request("POST", $"/{Bucket}?delete", body);

        Assert.That((await Signer.Authorize(Delete()).SendAsync()).Summary, Is.EqualTo("400 InvalidRequest"));
        Assert.That(
            (await Signer.Authorize(Delete().With("Content-MD5", Convert.ToBase64String(new byte[16]))).SendAsync()).Summary,
            Is.EqualTo("400 BadDigest"));
        Assert.That(
            (await Signer.Authorize(Delete().With("x-amz-checksum-crc32", "AAAAAA==")).SendAsync()).Summary, Is.EqualTo("400 BadDigest"));
        Assert.That((await GetAsync("a")).Status, Is.EqualTo(200));
    }

    private static string Xml(params string[] keys) =>
        $"<Delete>{string.Concat(keys.Select(key => $"<Object><Key>{key}</Key></Object>"))}</Delete>";

    private Task<RawResponse> DeleteAsync(string xml)
    {
        var body = Bytes(xml);
        var sha256 = Convert.ToBase64String(System.Security.Cryptography.SHA256.HashData(body));
        return Signer.Authorize(Request("POST", $"/{Bucket}?delete", body).With("x-amz-checksum-sha256", sha256)).SendAsync();
    }
}
