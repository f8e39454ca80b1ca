using Escale.Kernel;
using Escale.Projects.Jinja;
using Xunit;

namespace Escale.Projects.Tests.Jinja;

/// <summary>Security requirement S13: no reflection, no I/O, limits on steps, size and depth.</summary>
public sealed class JinjaSandboxTests
{
    public static TheoryData<string> Probes() => new(
        "{{ ''.__class__ }}",
        "{{ [].__class__.__base__.__subclasses__() }}",
        "{{ ''['__class__'] }}",
        "{{ range.__globals__ }}",
        "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
        "{{ self.__init__ }}",
        "{{ loop.__class__ if false else joiner().__class__ }}",
        "{{ '' | attr('__class__') }}",
        "{{ [''] | map(attribute='__class__') | list }}",
        "{{ '{0.__class__.__mro__}'.format('') }}",
        "{{ '%s' | format(''.__doc__) }}",
        "{% macro m() %}{% endmacro %}{{ m.__code__ }}",
        "{% for x in [1] %}{{ loop.__init__ }}{% endfor %}",
        "{{ nothing.__class__ }}");

    public static TheoryData<string> Bombs() => new(
        "{% for i in range(1000000000) %}{% endfor %}",
        "{% for a in range(100000) %}{% for b in range(10000) %}{% endfor %}{% endfor %}",
        "{{ range(100000) | map('string') | list | length if false else 10 ** 1000000000 }}",
        "{{ 'x' * 1000000000 }}",
        "{{ [0] * 1000000000 }}",
        "{{ 'x'.center(2000000000) }}",
        "{{ '%2000000000d' % 1 }}",
        "{{ '%.1000000000f' % 1.5 ~ '%1000000000s' % 1 }}",
        "{{ '{:>2000000000}'.format(1) }}",
        "{{ '{:{w}}'.format(1, w=1000000000) }}",
        "{{ 'a' | indent(1000000000, true) }}",
        "{{ ('a' * 100000).replace('a', 'b' * 100000) }}",
        "{% set x = namespace(v='xx') %}{% for i in range(100) %}{% set x.v = x.v ~ x.v %}{% endfor %}",
        "{% set x = namespace(v=[1, 2]) %}{% for i in range(100) %}{% set x.v = x.v + x.v %}{% endfor %}",
        "{% set x = namespace(v=[]) %}{% for i in range(300) %}{% set x.v = [x.v] %}{% endfor %}{{ x.v }}",
        "{% set x = namespace(v='') %}{% for i in range(100000) %}{% for j in range(1000) %}{{ 'some text to write' }}{% endfor %}{% endfor %}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{% macro m(x) %}{{ caller() }}{% endmacro %}{% macro n() %}{% call m(1) %}{{ n() }}{% endcall %}{% endmacro %}{{ n() }}",
        "{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}",
        "{% set l = [] %}{% for i in range(90000) %}{% do l.extend(range(90000)) %}{% endfor %}",
        "{% include 'self' %}",
        "{% extends 'self2' %}",
        "{{ lipsum(n=100000, min=1000, max=1000) * 100 }}",
        "{{ 7 ** 70000 * 7 ** 70000 }}",
        "{{ [1] | batch(999999999, 0) | list }}",
        "{{ [1] | slice(999999999) | list }}",
        "{{ '\t\t\t\t\t\t'.expandtabs(1000000000) * 100000 }}",
        "{{ 'abc' | wordwrap(1, wrapstring='x' * 10000000) * 4 }}");

    [Theory]
    [MemberData(nameof(Probes))]
    public void A_probe_for_the_host_is_refused(string template)
    {
        var error = Assert.Throws<EscaleException>(() => new JinjaEnvironment().Parse(template, "probe").Render());
        Assert.Contains(error.Code, new[] { "projects.jinja.security", "projects.jinja.undefined" });
    }

    [Theory]
    [MemberData(nameof(Bombs))]
    public void A_template_that_would_not_end_or_fit_is_stopped(string template)
    {
        var environment = new JinjaEnvironment(new JinjaOptions { Limits = new JinjaLimits { MaxSteps = 2_000_000 } })
        {
            Loader = name => name == "self" ? "{% include 'self' %}" : "{% extends 'self2' %}",
        };
        var error = Assert.Throws<EscaleException>(() => environment.Parse(template, "bomb").Render());
        Assert.Equal("projects.jinja.limit", error.Code);
    }

    [Theory]
    [InlineData("(", ")")]
    [InlineData("[", "]")]
    [InlineData("-", "")]
    [InlineData("not ", "")]
    [InlineData("{1:", "}")]
    public void An_expression_nested_a_hundred_thousand_deep_is_an_error_not_a_crash(string open, string close)
    {
        var deep = string.Concat(Enumerable.Repeat(open, 100_000)) + "1" + string.Concat(Enumerable.Repeat(close, 100_000));
        var outcome = Record.Exception(() => new JinjaEnvironment().Parse("{{ " + deep + " }}").Render());
        Assert.True(outcome is null or EscaleException, outcome?.ToString());
    }

    [Fact]
    public void A_sum_of_a_hundred_thousand_terms_is_an_error_not_a_crash()
    {
        var sum = string.Join('+', Enumerable.Repeat("1", 100_000));
        // On a small stack of known size: how deep the test runner's own reaches depends on the machine and on how hot the code is.
        Exception? outcome = null;
        var thread = new Thread(() => outcome = Record.Exception(() => new JinjaEnvironment().Parse("{{ " + sum + " }}").Render()), maxStackSize: 512 << 10);
        thread.Start();
        thread.Join();
        Assert.Equal("projects.jinja.limit", Assert.IsType<EscaleException>(outcome).Code);
    }

    [Fact]
    public void Statements_nested_a_hundred_thousand_deep_are_an_error_not_a_crash()
    {
        var deep = string.Concat(Enumerable.Repeat("{% if 1 %}", 100_000)) + string.Concat(Enumerable.Repeat("{% endif %}", 100_000));
        Assert.Throws<EscaleException>(() => new JinjaEnvironment().Parse(deep).Render());
    }

    [Fact]
    public void Random_bytes_of_template_never_escape_as_anything_but_a_designed_error()
    {
        string[] pieces =
        [
            "{{", "}}", "{%", "%}", "{#", "#}", "-", "+", " ", "\n", "for", "in", "x", "if", "else", "endif", "endfor", "set", "=", "(", ")", "[", "]", "{", "}",
            "'", "\"", "\\", ".", ",", ":", "|", "~", "1", "2.5", "is", "not", "macro", "endmacro", "call", "raw", "endraw", "block", "m", "**", "//", "%", "é", "\ud83d",
            "upper", "map", "format", "'%s'", "[1,2]", "{'a':1}", "range(3)", "loop", "varargs",
        ];
        for (var seed = 0; seed < 3000; seed++)
        {
            var random = SeededRandom.For(seed, "jinja-fuzz");
            var template = string.Concat(Enumerable.Range(0, random.Next(1, 25)).Select(_ => pieces[random.Next(pieces.Length)] + (random.Next(3) == 0 ? " " : "")));
            try
            {
                new JinjaEnvironment(new JinjaOptions { Limits = new JinjaLimits { MaxSteps = 10_000 } }).Parse(template, "fuzz").Render([new("x", 1L)]);
            }
            catch (EscaleException error)
            {
                Assert.StartsWith("projects.jinja.", error.Code, StringComparison.Ordinal);
            }
            catch (Exception error) when (error is not Xunit.Sdk.XunitException)
            {
                Assert.Fail($"seed {seed}: {template}\n{error}");
            }
        }
    }

    [Fact]
    public void A_cancelled_rendering_stops()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();
        var template = new JinjaEnvironment().Parse("{% for a in range(100000) %}{{ a }}{% endfor %}");
        Assert.Throws<OperationCanceledException>(() => template.Render(null, source.Token));
    }

    [Fact]
    public void An_error_inside_a_macro_says_where_it_is_and_who_called()
    {
        var environment = new JinjaEnvironment { Loader = _ => "{% macro bad(x) %}\n  {{ x.y.z }}\n{% endmacro %}" };
        var error = Assert.Throws<EscaleException>(
            () => environment.Parse("{% import 'lib.sql' as lib %}\nselect {{ lib.bad({}) }}", "models/a.sql").Render());
        Assert.Equal("lib.sql:2:9", error.Place!.ToString());
        Assert.Contains("models/a.sql:2:14", error.Message, StringComparison.Ordinal);
    }
}
