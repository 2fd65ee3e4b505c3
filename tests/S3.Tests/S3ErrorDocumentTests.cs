using S3Auth.S3;

namespace S3Auth.S3.Tests;

public sealed class S3ErrorDocumentTests
{
    [TestCase("<html/>")]
    [TestCase("")]
    [TestCase("<Error/>")]
    [TestCase("<Error><Message>no code</Message></Error>")]
    [TestCase("<Error><Code>not a code, <![CDATA[<b>]]></Code></Error>")]
    [TestCase("<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><Error><Code>A</Code><Message>&e;</Message></Error>")]
    public void Parse_returns_null_for_other_text(string text) => Assert.That(S3ErrorDocument.Parse(text), Is.Null);

    [Test]
    public void Parse_reads_an_error_in_any_namespace_among_other_elements()
    {
        var error = S3ErrorDocument.Parse(
            """
            <?xml version='1.0'?>
            <Error xmlns="http://s3.amazonaws.com/doc/2006-03-01/">
            <X><Code>Wrong</Code></X><Code>A1</Code><Region>eu-west-1</Region><Message>m</Message></Error>
            """);

        Assert.That(error, Is.EqualTo(new S3ErrorDocument("A1", "m", "eu-west-1")));
    }
}
