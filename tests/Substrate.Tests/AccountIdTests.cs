namespace S3Auth.Substrate.Tests;

public sealed class AccountIdTests
{
    private const string Alice = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";

    [Test]
    public void AccountId_keeps_its_bytes()
    {
        var bytes = VectorFiles.BytesOf("some account");
        var id = AccountId.FromBytes(bytes);
        var copy = new byte[AccountId.Size + 1];

        id.CopyTo(copy);

        Assert.That(id.ToBytes(), Is.EqualTo(bytes));
        Assert.That(copy, Is.EqualTo((byte[])[.. bytes, 0]));
    }

    [TestCase(0)]
    [TestCase(31)]
    [TestCase(33)]
    public void FromBytes_refuses_another_size_by_name(int size) =>
        Assert.That(() => AccountId.FromBytes(new byte[size]), Throws.ArgumentException.With.Message.Contains($"not {size}"));

    [Test]
    public void CopyTo_refuses_a_short_destination_and_leaves_it_alone()
    {
        var destination = new byte[AccountId.Size - 1];

        Assert.That(() => AccountId.Parse(Alice).CopyTo(destination), Throws.ArgumentException);
        Assert.That(destination, Is.All.Zero);
    }

    [Test]
    public void Equality_depends_on_every_byte()
    {
        var bytes = VectorFiles.BytesOf("some account");
        var id = AccountId.FromBytes(bytes);
        for (var i = 0; i < bytes.Length; i++)
        {
            var changed = (byte[])bytes.Clone();
            changed[i] ^= 1;
            var other = AccountId.FromBytes(changed);

            Assert.That(id == other, Is.False, $"byte {i}");
            Assert.That(id != other, Is.True, $"byte {i}");
            Assert.That(id.Equals((object)other), Is.False, $"byte {i}");
            Assert.That(id.GetHashCode(), Is.Not.EqualTo(other.GetHashCode()), $"byte {i}");
        }

        Assert.That(id == AccountId.FromBytes(bytes), Is.True);
        Assert.That(id.Equals((object)AccountId.FromBytes(bytes)), Is.True);
        Assert.That(id.GetHashCode(), Is.EqualTo(AccountId.FromBytes(bytes).GetHashCode()));
    }

    [Test]
    public void GetHashCode_does_not_collide_for_accounts_chosen_so_that_words_cancel_out()
    {
        // Each of these has the same sum and the same exclusive or of its 32-bit words.
        var hashes = new HashSet<int>();
        for (uint i = 0; i < 1000; i++)
        {
            var bytes = new byte[AccountId.Size];
            for (var word = 0; word < 8; word += 2)
            {
                BitConverter.TryWriteBytes(bytes.AsSpan(word * 4), i << (word * 2));
                BitConverter.TryWriteBytes(bytes.AsSpan((word + 1) * 4), i << (word * 2));
            }

            hashes.Add(AccountId.FromBytes(bytes).GetHashCode());
        }

        Assert.That(hashes, Has.Count.GreaterThan(990));
    }

    [Test]
    public void Parse_and_ToString_are_each_others_inverse()
    {
        Assert.That(AccountId.Parse(Alice).ToString(), Is.EqualTo(Alice));
        Assert.That(AccountId.TryParse(Alice, out var id), Is.True);
        Assert.That(id, Is.EqualTo(AccountId.Parse(Alice)));
    }

    [TestCase("", "48 characters")]
    [TestCase("../x", "base58")]
    [TestCase("15oF4uVJwmo4TdGW7VfQxNLavjCXviqxT9S1MgbjMNHr6Sp5", "another network")]
    [TestCase("5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQZ", "checksum")]
    public void Parse_says_what_is_wrong(string text, string reason)
    {
        Assert.That(() => AccountId.Parse(text), Throws.TypeOf<FormatException>().With.Message.Contains(reason));
        Assert.That(AccountId.TryParse(text, out var id), Is.False);
        Assert.That(id, Is.Default);
    }

    [Test]
    public void TryParse_refuses_null() => Assert.That(AccountId.TryParse(null, out _), Is.False);
}
