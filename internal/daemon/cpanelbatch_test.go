package daemon

import (
	"net/http"
	"slices"
	"strings"
	"testing"
)

// inner are the statuses of the answers in a batch's data.
func (a uapiAnswer) inner() (list []int) {
	results, _ := a.Data.([]any)
	for _, r := range results {
		result, _ := r.(map[string]any)
		status, _ := result["status"].(float64)
		list = append(list, int(status))
	}
	return list
}

func TestBatchOfAnAccount(t *testing.T) {
	t.Parallel()
	w := hostingCPanel(t)
	me := basic("plain", plainWord)
	batch := func(commands ...string) uapiAnswer {
		p := []string{}
		for _, c := range commands {
			p = append(p, "command", c)
		}
		_, a := w.execute(me, home, "Batch/strict", p...)
		if byWHM := w.uapi(w.root(), "plain", "Batch/strict", p...); len(byWHM.inner()) != len(a.inner()) {
			t.Errorf("%q: through WHM %+v, else %+v", commands, byWHM, a)
		}
		return a
	}
	if a := batch(`["Features","has_feature",{"name":"apitokens"}]`, `["Tokens","list",{}]`, `["Tokens","list"]`); a.Status != 1 || !slices.Equal(a.inner(), []int{1, 1, 1}) || a.Errors != nil {
		t.Errorf("%+v", a)
	}
	a := batch(`["Tokens","list"]`, `["Tokens","revoke",{"name":"gone"}]`, `["Tokens","create_full_access",{"name":"after"}]`)
	if a.Status != 0 || !slices.Equal(a.inner(), []int{1, 0}) || !strings.Contains(a.reason(), "command 2 of 3") || !strings.Contains(a.reason(), `named "gone"`) {
		t.Errorf("%+v", a)
	}
	for want, command := range map[string]string{
		"inside a batch":  `["Batch","strict",{"command":"[]"}]`,
		"JSON list":       `Tokens::list`,
		"JSON list of":    `["Tokens"]`,
		"list of a modul": `["Tokens","list",{},{}]`,
		"not an object":   `["Tokens","list",["name"]]`,
	} {
		a := batch(`["Tokens","create_full_access",{"name":"after"}]`, command)
		if a.Status != 0 || a.Data != nil || !strings.Contains(a.reason(), want) || !strings.Contains(a.reason(), "nothing was done") {
			t.Errorf("%s: %+v", command, a)
		}
	}
	if a := batch(slices.Repeat([]string{`["Tokens","list"]`}, 101)...); a.Status != 0 || !strings.Contains(a.reason(), "at most 100") {
		t.Errorf("%+v", a)
	}
	if _, a := w.execute(me, home, "Tokens/list"); len(a.names()) != 0 {
		t.Errorf("made although it was refused: %q", a.names())
	}
}

// TestABatchOutlivesNothing: a token that a batch revokes is refused for the rest of it,
// and a feature that is gone as well.
func TestABatchOutlivesNothing(t *testing.T) {
	t.Parallel()
	w := hostingCPanel(t)
	_, made := w.execute(basic("plain", plainWord), home, "Tokens/create_full_access", "name", "robot")
	secret, _ := made.data("token").(string)
	_, a := w.execute("cpanel plain:"+secret, home, "Batch/strict", "command-0", `["Tokens","revoke",{"name":"robot"}]`, "command-1", `["Tokens","create_full_access",{"name":"heir"}]`)
	if !slices.Equal(a.inner(), []int{1, 0}) || !strings.Contains(a.reason(), "credential was changed") {
		t.Errorf("%+v", a)
	}
	b := w.cpanelBrowser()
	if message := b.login("plain", plainWord, ""); message != "" {
		t.Fatal(message)
	}
	body := `{"command":[["Tokens","list"],["Tokens","create_full_access",{"name":"json"}],["Tokens","revoke",{"name":"json"}]]}`
	if answer := b.send(http.MethodPost, b.token+"/execute/Batch/strict", body, "Content-Type", "application/json"); !strings.Contains(answer.Body.String(), `"data":1}],"`) && !strings.HasSuffix(answer.Body.String(), `"data":1}]}`) {
		t.Errorf("a JSON body: %s", answer.Body)
	}
}

func TestFeaturesOfAnAccount(t *testing.T) {
	t.Parallel()
	w := hostingCPanel(t)
	root, me := w.root(), basic("plain", plainWord)
	ask := func(function string, nameValue ...string) uapiAnswer {
		_, a := w.execute(me, home, function, nameValue...)
		byWHM := w.uapi(root, "plain", function, nameValue...)
		if a.Status != byWHM.Status || a.reason() != byWHM.reason() {
			t.Errorf("%s: %+v, through WHM %+v", function, a, byWHM)
		}
		return a
	}
	if a := ask("Features/list_features"); a.data("zoneedit") != 1.0 || a.data("apitokens") != 1.0 || len(a.Data.(map[string]any)) < 90 {
		t.Errorf("%+v", a)
	}
	if a := ask("Features/has_feature", "name", "apitokens"); a.Status != 1 || a.Data != nil {
		t.Errorf("%+v", a)
	}
	w.must(root, "add_override_features_for_user", "user", "plain", "features", `{"apitokens":0}`)
	if a := ask("Features/list_features"); a.data("zoneedit") != 1.0 || a.data("apitokens") != 0.0 {
		t.Errorf("%+v", a)
	}
	if a := ask("Features/has_feature", "name", "apitokens"); a.Status != 0 || !strings.Contains(a.reason(), "exists") {
		t.Errorf("%+v", a)
	}
	if a := ask("Features/has_feature", "name", "nosuch"); a.Status != 0 || !strings.Contains(a.reason(), "no feature") {
		t.Errorf("%+v", a)
	}
	if a := ask("Tokens/rename", "name", "a", "new_name", "b"); a.Status != 0 || !strings.Contains(a.reason(), `"apitokens"`) {
		t.Errorf("without the feature: %+v", a)
	}
	if a := ask("Batch/strict", "command", `["Tokens","rename",{"name":"a","new_name":"b"}]`); a.Status != 0 || !slices.Equal(a.inner(), []int{0}) {
		t.Errorf("without the feature, in a batch: %+v", a)
	}
}
