package io.perdura.policy;

import static io.perdura.policy.Rules.json;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sections 6.1 to 6.3 of the policy contract, row by row. */
class ConditionsTest {
  private static final String CONTEXT =
      "{'intent':'json','n':5,'tags':['a','b',{'k':1}],'user':null,'tool':{'name':'psql'},'s':'5'}";

  private static boolean matches(String pattern) {
    return new Conditions(false).ofIf(json(pattern)).matches(json(CONTEXT));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '#',
      quoteCharacter = '`',
      value = {
        "{'tool.name':'psql'} # true",
        "{'tags':['a']} # true",
        "{'tags':[{'k':1}]} # true",
        "{'tags.0':'a'} # true",
        "{'tags.length':3} # true",
        "{'tags':{'$in':['a']}} # false",
        "{'tags':{'$contains':{'k':1}}} # true",
        "{'missing':{}} # true",
        "{'missing':null} # false",
        "{'user':null} # true",
        "{'missing':{'$ne':'x'}} # true",
        "{'user':{'$exists':true}} # true",
        "{'n':{'$gt':'4'}} # true",
        "{'s':{'$gt':4}} # false",
        "{'n':{'$gte':1,'$lte':9}} # false",
        "{'$and':[{'n':{'$gte':1}},{'n':{'$lte':9}}],'intent':'zzz'} # true",
        "{'intent':{'$not':'text'}} # true",
        "{'intent':{'$regex':'^j'}} # true",
        "{'intent':{'$regex':'(json|text)+'}} # false",
        "{'intent':{'$regex':'.*s.*'}} # false",
      })
  void observedCasesOfTheReference(String pattern, boolean expected) {
    assertThat(matches(pattern)).as(pattern).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '#',
      quoteCharacter = '`',
      value = {
        "null # true",
        "{} # true",
        "{'$and':[]} # true",
        "{'$or':[]} # false",
        "{'$and':{}} # false",
        "{'$or':[{'n':4},{'n':5}]} # true",
        "{'$and':[{'n':5}],'$or':[]} # true",
        "{'$or':[{'n':5}],'$not':{}} # true",
        "{'$not':{'n':5}} # false",
        "{'$not':{'missing':{}}} # false",
        "{'tool':{'name':'psql'}} # true",
        "{'tool':{'other':{'$exists':false}}} # true",
        "{'missing.deep.er':{'$exists':false}} # true",
        "{'intent.length':4} # false",
        "{'constructor':{'$exists':true}} # false",
        "{'tags':[]} # true",
        "{'tags':['a',{'k':1}]} # true",
        "{'tags':['c']} # false",
        "{'tags':[{'$eq':'a'}]} # false",
        "{'n':[]} # false",
        "{'n':5.0} # true",
        "{'tool':{'name':'psql','kind':'x'}} # false",
        "{'$exists':true} # true",
        "{'$exists':false} # false",
        "{'tags.01':'b'} # false",
        "{'tags.2.k':1} # true",
        "{'tags.-1':{'$exists':true}} # false",
      })
  void lineByLineOfTheMatchingProcedure(String pattern, boolean expected) {
    assertThat(matches(pattern)).as(pattern).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '#',
      quoteCharacter = '`',
      value = {
        "{'n':{'$eq':5}} # true",
        "{'missing':{'$eq':null}} # false",
        "{'user':{'$eq':null}} # true",
        "{'tool':{'$eq':{'name':'psql'}}} # true",
        "{'n':{'$ne':5}} # false",
        "{'missing':{'$exists':false}} # true",
        "{'missing':{'$exists':0}} # true",
        "{'missing':{'$exists':''}} # true",
        "{'n':{'$exists':'yes'}} # true",
        "{'n':{'$in':[4,5]}} # true",
        "{'n':{'$in':5}} # false",
        "{'missing':{'$in':[null]}} # false",
        "{'n':{'$nin':[5]}} # false",
        "{'missing':{'$nin':[5]}} # true",
        "{'n':{'$nin':5}} # false",
        "{'n':{'$gt':5}} # false",
        "{'n':{'$gte':5}} # true",
        "{'n':{'$lt':5}} # false",
        "{'n':{'$lt':'0x10'}} # true",
        "{'n':{'$lte':' 5 '}} # true",
        "{'n':{'$gt':null}} # true",
        "{'n':{'$gt':true}} # true",
        "{'n':{'$gt':[4]}} # true",
        "{'n':{'$gt':{}}} # false",
        "{'n':{'$gt':'four'}} # false",
        "{'n':{'$lt':'Infinity'}} # true",
        "{'missing':{'$gt':0}} # false",
        "{'intent':{'$contains':'so'}} # true",
        "{'intent':{'$contains':5}} # false",
        "{'tags':{'$contains':'a'}} # true",
        "{'n':{'$contains':5}} # false",
        "{'missing':{'$contains':'a'}} # false",
        "{'n':{'$regex':'5'}} # false",
        "{'intent':{'$regex':'SON'}} # false",
        "{'intent':{'$regex':'['}} # false",
        "{'intent':{'$regex':5}} # false",
        "{'intent':{'$like':'json'}} # false",
        "{'$foo':1} # false",
      })
  void everyOperator(String pattern, boolean expected) {
    assertThat(matches(pattern)).as(pattern).isEqualTo(expected);
  }

  @Test
  void anExceptionThatIsEmptyAlwaysAppliesAndWhatIsNoArrayHasNone() {
    Conditions compiler = new Conditions(false);
    assertThat(compiler.ofExceptions(json("[{}]")).getFirst().matches(null)).isTrue();
    assertThat(compiler.ofExceptions(json("{'a':1}"))).isEmpty();
    assertThat(compiler.ofExceptions(null)).isEmpty();
  }

  @Test
  void aMissingContextIsNoNull() {
    Conditions compiler = new Conditions(false);
    assertThat(compiler.of(json("null")).matches(null)).isFalse();
    assertThat(compiler.of(json("{'$exists':false}")).matches(null)).isTrue();
    assertThat(compiler.of(json("{'$exists':true}")).matches(json("null"))).isTrue();
  }

  @Test
  void severalOperatorsCanBeMadeToHoldTogether() {
    Condition both = new Conditions(true).of(json("{'n':{'$gte':1,'$lte':9}}"));
    assertThat(both.matches(json("{'n':5}"))).isTrue();
    assertThat(both.matches(json("{'n':10}"))).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '#',
      quoteCharacter = '`',
      value = {
        "{} # ''",
        "null # ''",
        "{'intent':'json','tool.name':{'$in':['psql']}} # intent,tool.name",
        "{'$and':[{'a':1},{'b':{'c':2}}],'d':{}} # a,b.c,d",
        "{'$or':[{'a':1},{'a':2}]} # a",
        "{'a':{'$not':{'b':1}}} # a.b",
        "{'a':[1],'b':null} # a",
        "{'$eq':1} # ''",
        "{'b':1,'B':1,'a.b':{'c':1}} # B,a.b.c,b",
      })
  void specificityCountsDistinctPaths(String pattern, String expected) {
    assertThat("'" + String.join(",", ConditionPaths.of(json(pattern))) + "'")
        .isEqualTo(expected.startsWith("'") ? expected : "'" + expected + "'");
  }
}
