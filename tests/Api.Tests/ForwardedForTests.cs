using Microsoft.Extensions.Primitives;

namespace S3Auth.Api.Tests;

/// <summary>The client is the rightmost address that is no trusted proxy; nothing that a client writes changes that.</summary>
public sealed class ForwardedForTests
{
    private static readonly IPAddress Proxy = IPAddress.Parse("10.1.2.3");

    [TestCase("203.0.113.7", "203.0.113.7")]
    [TestCase("2.2.2.2, 203.0.113.7", "203.0.113.7", TestName = "what the client says of itself")]
    [TestCase("\"2.2.2.2, 203.0.113.7", "203.0.113.7", TestName = "a quote that is never closed")]
    [TestCase("2.2.2.2, 203.0.113.7, \"10.9.9.9", "203.0.113.7", TestName = "a quote right of it")]
    [TestCase("203.0.113.7, 10.9.9.9", "203.0.113.7", TestName = "two proxies")]
    [TestCase("2.2.2.2,203.0.113.7,10.9.9.9,10.8.8.8", "203.0.113.7", TestName = "three proxies, no spaces")]
    [TestCase("203.0.113.7:5678", "203.0.113.7", TestName = "with a port")]
    [TestCase("2001:db8::7", "2001:db8::7")]
    [TestCase("[2001:db8::7]", "2001:db8::7")]
    [TestCase("[2001:db8::7]:5678", "2001:db8::7")]
    [TestCase("::ffff:203.0.113.7", "203.0.113.7", TestName = "mapped into IPv6")]
    [TestCase("203.0.113.7, ::ffff:10.9.9.9", "203.0.113.7", TestName = "a proxy that is mapped into IPv6")]
    [TestCase("\t203.0.113.7 ", "203.0.113.7", TestName = "spaces around it")]
    [TestCase("203.0.113.7,", "203.0.113.7", TestName = "an empty entry")]
    [TestCase("203.0.113.7, , 10.9.9.9", "203.0.113.7", TestName = "an empty entry between")]
    [TestCase("203.0.113.7, garbage, 10.9.9.9", "203.0.113.7", TestName = "garbage between")]
    [TestCase("203.0.113.7, 1.2.3, 10.9.9.9", "203.0.113.7", TestName = "half an address between")]
    [TestCase("10.7.7.7, 10.9.9.9", "10.7.7.7", TestName = "proxies only")]
    [TestCase("", "10.1.2.3")]
    [TestCase("garbage", "10.1.2.3")]
    public void Client_is_the_rightmost_address_that_is_no_trusted_proxy(string header, string client) =>
        Assert.That(Find(header), Is.EqualTo(IPAddress.Parse(client)));

    // These are no addresses to anybody else: a proxy that reads them in another way would see another client.
    [TestCase("0x7f.1")]
    [TestCase("127.1")]
    [TestCase("2130706433")]
    [TestCase("203.0.113.07")]
    [TestCase("203.0.113.256")]
    [TestCase("203.0.113.7.8")]
    [TestCase("203.0.113.7:")]
    [TestCase("203.0.113.7:http")]
    [TestCase("203.0.113.7:123456")]
    [TestCase("[203.0.113.7]")]
    [TestCase("[2001:db8::7")]
    [TestCase("[2001:db8::7]x")]
    [TestCase("fe80::1%eth0")]
    [TestCase("2001:db8::/32")]
    [TestCase("203.0.113.7\u0001")]
    [TestCase("\uff11.2.3.4")]
    public void What_is_no_plain_address_is_passed_over(string entry)
    {
        var client = ForwardedFor.FindClient("192.0.2.1, " + entry, Proxy, IsTrusted, out var isMalformed);

        Assert.That((client, isMalformed), Is.EqualTo((IPAddress.Parse("192.0.2.1"), true)));
    }

    // The proxy says that it does not name its client: what stands left of that is the client's own word.
    [TestCase("unknown")]
    [TestCase("UNKNOWN")]
    [TestCase("unix:")]
    [TestCase("_hidden")]
    public void Client_cannot_choose_its_address_behind_a_proxy_that_names_nobody(string placeholder)
    {
        Assert.That(Find("192.0.2.1, " + placeholder), Is.EqualTo(Proxy));
        Assert.That(Find($"192.0.2.1, {placeholder}, 10.9.9.9"), Is.EqualTo(IPAddress.Parse("10.9.9.9")));
        Assert.That(Find($"{placeholder}, 192.0.2.1"), Is.EqualTo(IPAddress.Parse("192.0.2.1")), "the client's own word");
    }

    [Test]
    public void Lines_are_one_list()
    {
        Assert.That(Find(new StringValues(["2.2.2.2", "203.0.113.7, 10.9.9.9", "10.8.8.8"])), Is.EqualTo(IPAddress.Parse("203.0.113.7")));
        Assert.That(Find(new StringValues(["2.2.2.2, 203.0.113.7", "\"", ""])), Is.EqualTo(IPAddress.Parse("203.0.113.7")));
    }

    [TestCase(",")]
    [TestCase("x,")]
    [TestCase("10.9.9.9,")]
    public void Only_so_many_entries_are_looked_at(string entry)
    {
        string Header(int entries) => "192.0.2.1," + string.Concat(Enumerable.Repeat(entry, entries));

        Assert.That(Find(Header(ForwardedFor.MaxEntries - 2)), Is.EqualTo(IPAddress.Parse("192.0.2.1")));
        Assert.That(Find(Header(ForwardedFor.MaxEntries)), Is.Not.EqualTo(IPAddress.Parse("192.0.2.1")));
    }

    private static IPAddress Find(StringValues header) => ForwardedFor.FindClient(header, Proxy, IsTrusted, out _);

    private static bool IsTrusted(IPAddress address) => IPNetwork.Parse("10.0.0.0/8").Contains(address);
}
