using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;

namespace S3Auth.Client.Tests;

public sealed class TaoSigningHandlerTests
{
    private static readonly Uri Service = new("https://service.example:8443/base/");

    private KeyPair _keys = null!;
    private readonly TestTime _time = new(DateTimeOffset.FromUnixTimeMilliseconds(1_795_000_000_123));
    private Answers _answers = null!;
    private HttpClient _http = null!;

    [SetUp]
    public void SetUp()
    {
        _keys = KeyPair.FromUri("//Bob");
        _answers = new Answers(Answers.Ok);
        _http = new HttpClient(new TaoSigningHandler(Service, _keys, _time) { InnerHandler = _answers });
    }

    [TearDown]
    public void TearDown()
    {
        _http.Dispose();
        _answers.Dispose();
        _keys.Dispose();
    }

    [Test]
    public async Task Post_is_signed_over_body_nonce_and_time()
    {
        var body = Encoding.UTF8.GetBytes("{\"source\":\"x\"}");

        await PostAsync(new Uri(Service, "/get-folder-access"), body);

        var headers = _answers.Headers.Single();
        var sent = _answers.Bodies.Single();
        var text = $"{Convert.ToHexStringLower(SHA256.HashData(sent))}.{headers["X-Tao-Nonce"]}.1795000000123";
        Assert.Multiple(() =>
        {
            Assert.That(headers["X-Tao-Version"], Is.EqualTo("2"));
            Assert.That(headers["X-Tao-Timestamp"], Is.EqualTo(1_795_000_000_123.ToString(CultureInfo.InvariantCulture)));
            Assert.That(Guid.TryParse(headers["X-Tao-Nonce"], out _), Is.True);
            Assert.That(headers["X-Tao-Signed-By"], Is.EqualTo(_keys.AccountId.ToString()));
            Assert.That(Verifies(text, headers["X-Tao-Signature"]), Is.True);
            Assert.That(Encoding.UTF8.GetString(sent), Is.EqualTo("{\"source\":\"x\",\"audience\":\"service.example:8443\"}"));
        });
    }

    [TestCase("", "{\"audience\":\"service.example:8443\"}")]
    [TestCase("{\"file_keys\":[\"data/\u00fc\"]}", "{\"file_keys\":[\"data/\u00fc\"],\"audience\":\"service.example:8443\"}")]
    [TestCase("{\"audience\":\"other.example\"}", "{\"audience\":\"other.example\"}")]
    [TestCase("{\"audience\":null,\"limit\":1}", "{\"audience\":\"service.example:8443\",\"limit\":1}")]
    [TestCase("{\"a\":1,\"a\":2}", "{\"a\":1,\"a\":2}")]
    [TestCase("[1]", "[1]")]
    [TestCase("{", "{")]
    public async Task Audience_is_added_to_the_body_before_it_is_signed(string body, string expected)
    {
        await PostAsync(new Uri(Service, "/list-files"), Encoding.UTF8.GetBytes(body));

        var headers = _answers.Headers.Single();
        var text = $"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(expected)))}.{headers["X-Tao-Nonce"]}.1795000000123";
        Assert.Multiple(() =>
        {
            Assert.That(Encoding.UTF8.GetString(_answers.Bodies.Single()), Is.EqualTo(expected));
            Assert.That(Verifies(text, headers["X-Tao-Signature"]), Is.True);
        });
    }

    [Test]
    public async Task Retried_request_differs_only_in_its_proof()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Service, "/list-files")) { Content = new StringContent("{}") };
        using var invoker = new HttpMessageInvoker(new TaoSigningHandler(Service, _keys, _time) { InnerHandler = _answers });
        using var first = await invoker.SendAsync(request, CancellationToken.None);
        using var second = await invoker.SendAsync(request, CancellationToken.None);

        Assert.That(
            _answers.Bodies.Select(Encoding.UTF8.GetString), Is.EqualTo(Enumerable.Repeat("{\"audience\":\"service.example:8443\"}", 2)));
        Assert.That(request.Content!.Headers.ContentType!.MediaType, Is.EqualTo("text/plain"), "as the caller said");
    }

    [Test]
    public async Task Each_request_has_its_own_proof()
    {
        await PostAsync(new Uri(Service, "/a"), []);
        await PostAsync(new Uri(Service, "/a"), []);

        Assert.That(_answers.Headers.Select(headers => headers["X-Tao-Nonce"]), Is.Unique);
    }

    [Test]
    public async Task Get_is_not_signed()
    {
        using var answer = await _http.GetAsync(new Uri(Service, "/healthz"));

        Assert.That(_answers.Headers.Single().Keys, Has.None.StartsWith("X-Tao"));
    }

    [TestCase("https://elsewhere.example:8443/get-folder-access")]
    [TestCase("https://service.example/get-folder-access")]
    [TestCase("http://service.example:8443/get-folder-access")]
    public void Request_to_another_server_is_not_signed(string target)
    {
        Assert.That(() => PostAsync(new Uri(target), []), Throws.TypeOf<InvalidOperationException>());
        Assert.That(_answers.Count, Is.Zero);
    }

    private bool Verifies(string text, string signature) => Sr25519.Verify(
        _keys.AccountId, Encoding.ASCII.GetBytes(text), Sr25519Signature.FromBytes(Convert.FromBase64String(signature)));

    private async Task PostAsync(Uri target, byte[] body)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var answer = await _http.PostAsync(target, content);
    }
}
